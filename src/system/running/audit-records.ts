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

/**
 * Delivers audit records of what filters and Landlock refuse as the kernel makes them, via the multicast group for them
 * (AUDIT_NLGRP_READLOG of linux/audit.h), as text of the kernel log. No rate limit applies there, and auditd may run beside it. Node.js
 * has no netlink sockets, so the host's perl reads it. Undefined if there is no perl, if the kernel refuses, or in another network
 * namespace than the host's, where the kernel accepts the request and delivers nothing.
 */
export async function readAuditRecords(onRecord: (text: string) => void, onLost: () => void): Promise<AuditRecords | undefined> {
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
			else onRecord(line);
		});
	});
	return (await Promise.race([ready, ended]))
		? { isRunning: () => isRunning, isAuditing, stop: () => void child.stdin.end() }
		: undefined;
}

/** The kernel shows it only to the first network namespace (net_core_table in net/core/sysctl_net_core.c). */
const hostNetworkOnly = "/proc/sys/net/core/netdev_max_backlog";

/**
 * Text for `perl -e`, without modules: AF_NETLINK is 16, NETLINK_AUDIT 9, AUDIT_NLGRP_READLOG 1, SO_RCVBUFFORCE 33, and a message has a
 * header of 16 bytes (netlink(7)). Only the kernel has the port 0, and a process cannot make it send a record of type 1326. Prints
 * first whether auditing is enabled (AUDIT_GET, 1000), and `lost` if the kernel dropped records because nobody fetched them in time (ENOBUFS is 105).
 */
const reader = String.raw`
use strict; $| = 1;
socket my $audit, 16, 3, 9 or exit 1;
bind $audit, pack 'S x2 L L', 16, 0, 1 or exit 1;
setsockopt $audit, 1, 33, pack 'i', 1 << 24;
my $enabled = 0;
if (socket my $status, 16, 3, 9) {
	my ($wait, $reply) = ('', '');
	vec($wait, fileno $status, 1) = 1;
	send $status, pack('L S S L L', 16, 1000, 1, 1, 0), 0, pack 'S x2 L L', 16, 0, 0;
	# The kernel answers at once, or with an error.
	recv $status, $reply, 4096, 0 if select($wait, undef, undef, 5) > 0;
	$enabled = unpack 'x20 L', $reply if length $reply > 24 && unpack('x4 S', $reply) == 1000;
}
print "ready $enabled\n";
my $event = '';
my $both = '';
vec($both, fileno STDIN, 1) = 1;
vec($both, fileno $audit, 1) = 1;
while (1) {
	next if select(my $readable = $both, undef, undef, undef) < 1;
	last if vec $readable, fileno STDIN, 1;
	my $sender = recv $audit, my $message, 16384, 0;
	if (!defined $sender) {
		last if $! != 105;
		print "lost\n";
		next;
	}
	my ($port, $type) = (unpack('x4 L', $sender), unpack('x4 S', $message));
	next if $port != 0 || ($type != 1326 && $type != 1423 && $type != 1424 && $type != 1300);
	my $text = substr $message, 16;
	$text =~ tr/\n\0//d;
	# Records of calls only for Landlock's refusals: rules of the administrator may cause many others.
	my ($name) = $text =~ /^audit\(([^)]*)\)/;
	$event = $name if $type == 1423;
	next if $type == 1300 && $name ne $event;
	print "audit: type=$type $text\n";
}
`;
