import { readlinkSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Architecture, syscallNumber } from "../../core/confinement/seccomp/syscalls.ts";
import { Failure } from "../../core/failure.ts";
import {
	failureProbe,
	keyBytes,
	mapPlaces,
	maxFailures,
	maxNamespaces,
	settingsBytes,
} from "../../core/failure-watch/bpf-program.ts";
import { watchedCalls } from "../../core/failure-watch/calls.ts";
import { knownArchitecture } from "../../core/machine-code/program.ts";
import type { FailureWatch, FailureWatchRequest } from "../../engine/launch-ports.ts";
import { startTool } from "../tools.ts";

/** Seconds between two reads of the kernel's observations. */
const interval = 1;

/**
 * Records failing calls in running cages in the kernel (bpf(2)), via the host's perl, which can make any system call. On nginx
 * under wrk, the cost is not measurable, while strace, which stops each call of a running process, leaves a fraction of the
 * throughput. When perl ends, for any reason, nothing stays in the kernel. Throws `watch-impossible` (exit 3) and
 * `watch-no-namespace` (exit 3).
 */
export async function watchFailures({ onLine }: FailureWatchRequest): Promise<FailureWatch> {
	if (process.geteuid?.() !== 0) throw impossible("root");
	const architecture = knownArchitecture(process.arch);
	if (!architecture) throw impossible(process.arch);
	const child = startTool("/usr/bin/perl", ["-e", loaderProgram(architecture), String(interval)], {
		stdio: ["pipe", "pipe", "pipe"],
		// We pass terminal signals on, so that pending observations are reported first.
		detached: true,
	});
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => {
		said = (said + chunk.toString("latin1")).slice(-1000);
	});
	child.stdin.on("error", () => {});
	const ended = new Promise<void>((resolve) => {
		child.on("error", (error) => {
			said = error.message;
			resolve();
		});
		child.on("close", () => resolve());
	});
	const lines = createInterface({ input: child.stdout });
	const ready = new Promise<boolean>((resolve) => {
		lines.on("line", (line) => (line === "ready" ? resolve(true) : onLine(line)));
		void ended.then(() => resolve(false));
	});
	if (!(await ready)) throw impossible(said.trim().replace(/\s+/g, " ").slice(0, 200));
	let sent = "";
	return {
		ended,
		watch(processes) {
			const spaces = namespacesOf(processes);
			const line = spaces.join(" ");
			if (line !== "" && line !== sent) child.stdin.write(`${line}\n`);
			if (line !== "") sent = line;
		},
		async stop() {
			child.stdin.end();
			const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
			await ended;
			clearTimeout(timer);
		},
	};
}

/** Device and inode of each, the newest last. */
function namespacesOf(processes: readonly number[]): string[] {
	const host = readlinkSync("/proc/self/ns/pid");
	const found = new Set<string>();
	for (const pid of processes) {
		try {
			const place = `/proc/${pid}/ns/pid`;
			if (readlinkSync(place) === host) throw new Failure("watch-no-namespace", { pid }, 3);
			const { dev, ino } = statSync(place, { bigint: true });
			found.add(`${dev} ${ino}`);
		} catch (error) {
			// A process may end at any moment.
			if (error instanceof Failure) throw error;
		}
	}
	return [...found].slice(-maxNamespaces);
}

function impossible(detail: string): Failure {
	return new Failure("watch-impossible", { detail }, 3);
}

/**
 * Text for `perl -e`, without modules. Loads the probe, reads the namespaces as lines `DEVICE INODE DEVICE INODE …` from stdin,
 * and prints a line `CALL RESULT DESCRIPTOR PATH-IN-HEX` once for each failure. Prints `ready` when it watches and `full` when
 * no more failures are recorded. Ends, and removes everything from the kernel, when stdin closes. If the kernel refuses, the last
 * line on stderr is the reason.
 */
function loaderProgram(architecture: Architecture): string {
	const bpf = syscallNumber("bpf", architecture);
	const calls = watchedCalls.flatMap(({ name }) => {
		const number = syscallNumber(name, architecture);
		return number === undefined ? [] : [`${number} => '${name}'`];
	});
	return `
use strict; $| = 1;
my ($interval) = @ARGV;
sub address { unpack 'Q', pack 'P', $_[0] }
sub bpf { my ($command, $what, $attribute) = @_; my $got = syscall(${bpf}, $command, $attribute, length $attribute); die "$what: $!\\n" if $got < 0; $got }
my $settings = bpf(0, 'map', pack('L5', 2, 4, ${settingsBytes}, 1, 0) . ("\\0" x 100));
my $failures = bpf(0, 'map', pack('L5', 1, ${keyBytes}, 8, ${maxFailures}, 0) . ("\\0" x 100));
my $code = pack 'H*', '${failureProbe(architecture).toString("hex")}';
my %calls = (${calls.join(", ")});
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
	$count = unpack 'Q', substr $value, ${maxNamespaces * 16};
	return if $count == $known;
	$known = $count;
	my ($key, $next) = ('', "\\0" x ${keyBytes});
	while (1) {
		my $attribute = pack('LLQQQ', $failures, 0, $key eq '' ? 0 : address($key), address($next), 0);
		last if syscall(${bpf}, 4, $attribute, length $attribute) < 0;
		$key = $next . '';
		$next = "\\0" x ${keyBytes};
		next if $seen{$key}++;
		my ($number, $result, $descriptor) = unpack 'Lll', $key;
		print join(' ', $calls{$number}, $result, $descriptor, unpack('H*', unpack('Z*', substr $key, 16))), "\\n";
	}
	print "full\\n" if $count >= ${maxFailures};
}
print "ready\\n";
while (1) {
	my $bits = ''; vec($bits, 0, 1) = 1;
	if (select($bits, undef, undef, $interval)) {
		last unless sysread STDIN, $rest, 4096, length $rest;
		while ($rest =~ s/^(.*)\\n//) {
			my @numbers = split ' ', $1;
			$#numbers = ${maxNamespaces * 2 - 1};
			my $value = pack 'Q*', (map { $_ || 0 } @numbers), $count;
			bpf(2, 'update', pack('LLQQQ', $settings, 0, address($zero), address($value), 0));
		}
	}
	look();
}
look();
`;
}
