import { failureProbe, keyBytes, mapPlaces, mostFailures, mostNamespaces, settingsBytes } from "./probe.ts";

/**
 * Text for `perl -e`, without modules: loads the probe, is told the namespaces by lines `DEVICE INODE DEVICE INODE …` on stdin, and prints a line
 * `NUMBER RESULT DESCRIPTOR PATH-IN-HEX` for each failure, once. It says `ready` once it watches, `full` where it notes no more, and ends, with all
 * that it has in the kernel, with its stdin. What the kernel refuses is the last line on stderr.
 */
export function loaderProgram(): string {
	return `
use strict; $| = 1;
my ($interval) = @ARGV;
sub address { unpack 'Q', pack 'P', $_[0] }
sub bpf { my ($command, $what, $attribute) = @_; my $got = syscall(321, $command, $attribute, length $attribute); die "$what: $!\\n" if $got < 0; $got }
my $settings = bpf(0, 'map', pack('L5', 2, 4, ${settingsBytes}, 1, 0) . ("\\0" x 100));
my $failures = bpf(0, 'map', pack('L5', 1, ${keyBytes}, 8, ${mostFailures}, 0) . ("\\0" x 100));
my $code = pack 'H*', '${failureProbe().toString("hex")}';
my %map = (${mapPlaces.settings} => $settings, ${mapPlaces.failures} => $failures);
for (my $at = 0; $at < length $code; $at += 8) {
	my ($op, $registers, $value) = unpack 'CCx2l', substr $code, $at, 8;
	substr($code, $at + 4, 4) = pack 'l', $map{$value} if $op == 0x18 && ($registers >> 4) == 1;
}
my ($license, $log, $name) = ("GPL\\0", "\\0" x 65536, "sys_exit\\0");
my $program = eval { bpf(5, 'program', pack('LLQQLLQ', 17, length($code) / 8, address($code), address($license), 1, 65536, address($log)) . ("\\0" x 100)) };
if (!defined $program) { my $said = (unpack 'Z*', $log); die "$@ " . substr($said, -300) . "\\n" }
bpf(17, 'tracepoint', pack('QLL', address($name), $program, 0));
my ($zero, $count, $known, %seen, $rest) = (pack('L', 0), 0, 0);
sub look {
	my $value = "\\0" x ${settingsBytes};
	bpf(1, 'lookup', pack('LLQQQ', $settings, 0, address($zero), address($value), 0));
	$count = unpack 'Q', substr $value, ${mostNamespaces * 16};
	return if $count == $known;
	$known = $count;
	my ($key, $next) = ('', "\\0" x ${keyBytes});
	while (1) {
		my $attribute = pack('LLQQQ', $failures, 0, $key eq '' ? 0 : address($key), address($next), 0);
		last if syscall(321, 4, $attribute, length $attribute) < 0;
		$key = $next . '';
		$next = "\\0" x ${keyBytes};
		next if $seen{$key}++;
		my ($number, $result, $descriptor) = unpack 'Lll', $key;
		print join(' ', $number, $result, $descriptor, unpack('H*', unpack('Z*', substr $key, 16))), "\\n";
	}
	print "full\\n" if $count >= ${mostFailures};
}
print "ready\\n";
while (1) {
	my $bits = ''; vec($bits, 0, 1) = 1;
	if (select($bits, undef, undef, $interval)) {
		last unless sysread STDIN, $rest, 4096, length $rest;
		while ($rest =~ s/^(.*)\\n//) {
			my @numbers = split ' ', $1;
			$#numbers = ${mostNamespaces * 2 - 1};
			my $value = pack 'Q*', (map { $_ || 0 } @numbers), $count;
			bpf(2, 'update', pack('LLQQQ', $settings, 0, address($zero), address($value), 0));
		}
	}
	look();
}
look();
`;
}
