import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { findTool, startTool } from "../tools.ts";

/** What reads the kernel's audit records while it exists. */
export interface AuditRecords {
	/** False if it was killed. */
	isRunning(): boolean;
	/** Auditing was enabled when it started; the kernel records refused system calls in any case. */
	readonly isAuditing: boolean;
	stop(): void;
}

/** `others`: times and serial numbers, as records have them, of further records that only differ in these and in the process's name. */
type OnAuditRecord = (text: string, others: readonly string[]) => void;

/**
 * Delivers audit records of what filters and Landlock refuse as the kernel makes them, via the multicast group for them
 * (AUDIT_NLGRP_READLOG of linux/audit.h), as text of the kernel log. No rate limit applies there, and auditd may run beside it. Node.js
 * has no netlink sockets, so the host's perl reads it. Undefined if there is no perl, if the kernel refuses, or in another network
 * namespace than the host's, where the kernel accepts the request and delivers nothing.
 */
export async function readAuditRecords(onRecord: OnAuditRecord, onLost: () => void): Promise<AuditRecords | undefined> {
	const perl = findTool("perl");
	if (perl === undefined || !existsSync(hostNetworkOnly)) return undefined;
	const child = startTool(perl, ["-e", reader], {
		stdio: ["pipe", "pipe", "ignore"],
		// A terminal's signals are for us alone; it ends with its stdin.
		detached: true,
	});
	child.stdin.on("error", () => {});
	let isRunning = true;
	const ended = new Promise<boolean>((resolve) => {
		const end = () => {
			isRunning = false;
			resolve(false);
		};
		child.on("error", end);
		child.on("close", end);
	});
	let isAuditing = false;
	const ready = new Promise<boolean>((resolve) => {
		createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
			if (line.startsWith("ready ")) {
				isAuditing = line !== "ready 0";
				resolve(true);
			} else if (line === "lost") onLost();
			else {
				const [text = "", others] = line.split("\0");
				onRecord(text, others?.split(" ") ?? []);
			}
		});
	});
	return (await Promise.race([ready, ended]))
		? { isRunning: () => isRunning, isAuditing, stop: () => void child.stdin.end() }
		: undefined;
}

/** The kernel shows it only to the first network namespace (net_core_table in net/core/sysctl_net_core.c). */
const hostNetworkOnly = "/proc/sys/net/core/netdev_max_backlog";

/**
 * Text for `perl -e`, without modules: AF_NETLINK is 16, NETLINK_AUDIT 9, AUDIT_NLGRP_READLOG 1, SO_RCVBUFFORCE 33, MSG_DONTWAIT 64, and
 * a message has a header of 16 bytes (netlink(7)). Only the kernel has the port 0, and a process cannot make it send a record of type
 * 1326. Prints first whether auditing is enabled (AUDIT_GET, 1000). A flood of the same call becomes one line, because our reader is
 * slower than a process that does nothing else: the time and serial number of each further record follow after a NUL.
 *
 * Prints `lost` if records are missing: because nobody fetched them in time (ENOBUFS is 105), or because the kernel made none, which
 * its counter tells. The counter also has records that only auditd or the kernel log missed, so it matters only with the settings
 * that make the kernel drop records itself (`auditctl -r`, `auditctl --backlog_wait_time 0`).
 */
const reader = String.raw`
use strict;
socket my $audit, 16, 3, 9 or exit 1;
bind $audit, pack 'S x2 L L', 16, 0, 1 or exit 1;
setsockopt $audit, 1, 33, pack 'i', 1 << 24;
socket my $kernel, 16, 3, 9 or exit 1;
sub state {
	my ($wait, $reply) = ('', '');
	vec($wait, fileno $kernel, 1) = 1;
	send $kernel, pack('L S S L L', 16, 1000, 1, 1, 0), 0, pack 'S x2 L L', 16, 0, 0;
	# The kernel answers at once, or with an error.
	recv $kernel, $reply, 4096, 0 if select($wait, undef, undef, 5) > 0;
	# Enabled, rate limit, lost, and how long a process waits for room; kernels before 3.14 do not have the last one.
	return (0) x 4 if length $reply < 44 || unpack('x4 S', $reply) != 1000;
	return unpack 'x20 L x8 L x4 L x8 L', $reply . pack 'L4', (1) x 4;
}
sub say_lines {
	print map "$_\n", @_;
	# Flushes.
	$| = 1; $| = 0;
}
# Not more often than every ten seconds.
my $told = 0;
sub lost {
	return if time < $told + 10;
	$told = time;
	return 'lost';
}
my ($enabled, $limit, $lost, $patience) = state();
say_lines("ready $enabled");
my ($event, $both, $checked) = ('', '', time);
vec($both, fileno STDIN, 1) = 1;
vec($both, fileno $audit, 1) = 1;
while (1) {
	my $count = select my $readable = $both, undef, undef, 1;
	last if $count > 0 && vec $readable, fileno STDIN, 1;
	my (@lines, %first);
	for (1 .. 1000) {
		my $sender = recv $audit, my $message, 16384, 64;
		if (!defined $sender) {
			exit if $! != 11 && $! != 105;
			last if $! == 11;
			push @lines, lost();
			next;
		}
		my ($port, $type) = (unpack('x4 L', $sender), unpack('x4 S', $message));
		next if $port != 0 || ($type != 1326 && $type != 1423 && $type != 1424 && $type != 1300);
		my $text = substr $message, 16;
		$text =~ tr/\n\0//d;
		my ($name, $rest) = $text =~ /^audit\(([^)]*)\): (.*)/ or next;
		# Records of calls only for Landlock's refusals: rules of the administrator may cause many others.
		$event = $name if $type == 1423;
		next if $type == 1300 && $name ne $event;
		if ($type == 1326) {
			# Both are easily different each time.
			$rest =~ s/ (?:comm|ip)=\S*//g;
			if (defined(my $first = $first{$rest})) {
				$lines[$first] .= ($lines[$first] =~ /\0/ ? ' ' : "\0") . $name;
				next;
			}
			$first{$rest} = @lines;
		}
		push @lines, "audit: type=$type $text";
	}
	if (time != $checked) {
		$checked = time;
		(undef, $limit, my $now, $patience) = state();
		push @lines, lost() if $now != $lost && ($limit || !$patience);
		$lost = $now;
	}
	say_lines(@lines) if @lines;
}
`;
