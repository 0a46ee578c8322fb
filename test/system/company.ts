import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A service that serves clients in six ways, as its configuration says, and a client for each way. A different configuration in its
 * cage cuts clients off, while the service itself answers its probe.
 */

/** Everything that the service offers. The probe asks another port. */
const offers = {
	socket: "/run/office/office.sock",
	abstract: "office",
	port: "127.0.0.2:7070",
	log: "/var/lib/office/log",
	pid: "/run/office/office.pid",
};

/** Changes of the configuration; an empty value closes an offer. */
export type Offered = Partial<Record<keyof typeof offers | "mode" | "names", string>>;

/** `key value` lines: what the service opens, `names check` to refuse clients whose account has no name, `mode` of the log. */
export function configuration(changed: Offered = {}): string {
	const lines = Object.entries({ ...offers, mode: "644", names: "check", ...changed }).filter(([, value]) => value !== "");
	return lines.map(([key, value]) => `${key} ${value}\n`).join("");
}

const server = String.raw`use strict; use Socket; use IO::Select; use IO::Handle;
my %c; open(my $f, "<", "/etc/office.conf") or die "conf: $!"; while (<$f>) { my ($k, $v) = split; $c{$k} = $v } close $f;
$SIG{PIPE} = "IGNORE"; my (%listens, %unix, @all); my $set = IO::Select->new;
sub at { my ($socket, $address, $unix) = @_; bind($socket, $address) or die "bind: $!"; listen($socket, 9); $set->add($socket); $listens{$socket} = 1; $unix{$socket} = $unix }
sub inet { my ($host, $port) = @_; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); at($s, pack_sockaddr_in($port, inet_aton($host)), 0) }
sub path { socket(my $s, AF_UNIX, SOCK_STREAM, 0); at($s, pack_sockaddr_un($_[0]), 1) }
if ($c{socket}) { unlink $c{socket}; my $old = umask 0; path($c{socket}); umask $old }
path("\0$c{abstract}") if $c{abstract}; inet(split /:/, $c{port}) if $c{port}; inet("127.0.0.1", 7071);
if ($c{log}) { unlink $c{log} if $c{mode} ne "644"; open(my $l, ">>", $c{log}) or die "log: $!"; chmod oct($c{mode}), $c{log}; $l->autoflush; print $l "started\n"; push @all, $l }
if ($c{pid}) { open(my $p, ">", $c{pid}) or die "pid: $!"; print $p "$$\n"; close $p }
while (1) { for my $s ($set->can_read) {
  if ($listens{$s}) { accept(my $n, $s) or next;
    if ($unix{$s} && ($c{names} || "") eq "check") { my (undef, $uid) = unpack "iii", getsockopt($n, SOL_SOCKET, 17); unless (defined getpwuid $uid) { close $n; next } }
    syswrite $n, "office\n"; $set->add($n) }
  else { my $r = sysread $s, my $b, 99; unless ($r) { $set->remove($s); close $s } } } }
`;

/** Keeps a connection, or a file open, and connects again when it ends. */
const client = String.raw`use strict; use Socket; $SIG{PIPE} = "IGNORE"; my ($kind, $where) = @ARGV; $| = 1;
if ($kind eq "log") { open(my $f, "<", $where) or die; print "connected\n"; while (1) { sleep 1 } }
while (1) { my ($s, $to);
  if ($kind eq "port") { socket($s, AF_INET, SOCK_STREAM, 0); my ($h, $p) = split /:/, $where; $to = pack_sockaddr_in($p, inet_aton($h)) }
  else { socket($s, AF_UNIX, SOCK_STREAM, 0); $to = pack_sockaddr_un($kind eq "abstract" ? "\0$where" : $where) }
  if (connect($s, $to)) { while (sysread $s, my $b, 99) { print "connected\n" } }
  close $s; select undef, undef, undef, 0.2 }
`;

/** Asks the office before it answers: a service that uses another one. */
const shop = String.raw`use strict; use Socket; $SIG{PIPE} = "IGNORE"; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, pack_sockaddr_in(7080, inet_aton("127.0.0.1"))) or die "bind: $!"; listen($s, 9);
while (accept(my $n, $s)) { socket(my $o, AF_INET, SOCK_STREAM, 0); my $said = "";
  if (connect($o, pack_sockaddr_in(7071, inet_aton("127.0.0.1")))) { sysread $o, $said, 99 }
  close $o; syswrite $n, "shop and " . ($said || "nobody\n"); close $n }
`;

const unit = (program: string, lines: readonly string[] = []) =>
	["[Service]", "User=office", `ExecStart=/usr/bin/perl /opt/office/${program}`, ...lines, ""].join("\n");

/** Writes the services into a tree that is not booted yet or runs. The accounts `office` and `visitor` must be added. */
export function writeCompany(tree: string): void {
	const at = (path: string) => join(tree, path);
	mkdirSync(at("opt/office"), { recursive: true });
	for (const [name, text] of Object.entries({ server, client, shop })) writeFileSync(at(`opt/office/${name}.pl`), text);
	writeFileSync(at("etc/office.conf"), configuration());
	const directories = ["RuntimeDirectory=office", "StateDirectory=office"];
	writeFileSync(at("etc/systemd/system/office.service"), unit("server.pl", directories));
	writeFileSync(at("etc/systemd/system/shop.service"), `[Unit]\nAfter=office.service\n${unit("shop.pl")}`);
}

/** A line that starts a client as a service of its own. */
export function startClient(kind: "socket" | "abstract" | "port" | "log", user: string): string {
	return `systemd-run --quiet --unit=visit-${kind} --property=User=${user} perl /opt/office/client.pl ${kind} ${offers[kind]}`;
}
