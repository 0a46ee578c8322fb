import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { nativeProgramFile } from "../native-program.ts";
import { startTool } from "../tools.ts";

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
 * has no netlink sockets, so native/audit.c reads it. Undefined if the kernel refuses, or in another network namespace than the host's,
 * where the kernel accepts the request and delivers nothing.
 */
export async function readAuditRecords(onRecord: OnAuditRecord, onLost: () => void): Promise<AuditRecords | undefined> {
	if (!existsSync(hostNetworkOnly)) return undefined;
	const child = startTool(nativeProgramFile("audit"), [], {
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
