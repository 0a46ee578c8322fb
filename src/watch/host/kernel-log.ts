import { closeSync, constants, existsSync, fstatSync, openSync, readlinkSync, readSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { errorName } from "../../base/host/errors.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { startTool } from "../../base/host/tools.ts";
import { landlockSince } from "../../confine/landlock.ts";
import { machineFeatures } from "../../launch/host/features.ts";
import { type Denial, parseAudit, parseDenial, parseKernelRecord } from "../denial.ts";
import type { FollowRequest, KernelWatch } from "../ports.ts";

/** What reads the kernel's audit records while it exists. */
interface AuditRecords {
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

/** Milliseconds between two reads, and those between two that only look for crashes. */
const interval = 100;
const crashInterval = 500;
const auditFile = "/var/log/audit/audit.log";
/** include/linux/proc_ns.h, PROC_PID_INIT_INO. */
const firstNamespace = "pid:[4026531836]";

/** The kernel records the numbers of the first PID namespace. */
export const hasForeignNumbers = () => readlinkSync("/proc/self/ns/pid") !== firstNamespace;

/**
 * Follows the kernel's audit records, the kernel log, which also has crashes, and auditd's file. While auditd runs, the kernel
 * hands its records to it and they do not appear in the kernel log. Delivers each record once, from the source that has it first.
 */
export async function followKernelLog({ onEarlier, onLost, onRecord, signal, since }: FollowRequest): Promise<KernelWatch> {
	const kernel = new KernelLog(since, onEarlier);
	const auditd = new AuditFile(since !== undefined, onEarlier);
	const known = new KnownRecords();
	const deliver = (text: string, others: readonly string[] = []) => {
		const times = known.add(text, others);
		if (times > 0) onRecord(text, times);
	};
	let records = await readAuditRecords(deliver, onLost);
	const ended = async () => {
		try {
			while (!signal.aborted) {
				for (const text of [...kernel.read(), ...auditd.read()]) deliver(text);
				if (records?.isRunning() === false) {
					// Somebody killed it.
					onLost();
					records = await readAuditRecords(deliver, onLost);
				}
				await sleep(records ? crashInterval : interval, undefined, { signal }).catch(() => undefined);
			}
		} finally {
			records?.stop();
			kernel.close();
			auditd.close();
		}
	};
	return {
		isLimited: records === undefined && !auditd.exists,
		...missesLandlock(records?.isAuditing ?? auditd.exists),
		ended: ended(),
	};
}

function missesLandlock(isAuditing: boolean): Pick<KernelWatch, "missesLandlock"> {
	const { landlock } = machineFeatures();
	if (landlock === 0 || (landlock >= landlockSince.records && isAuditing)) return {};
	return { missesLandlock: landlock < landlockSince.records ? "old" : "off" };
}

/** Returns what filters refused and killed since then, in no order, as far as the kernel log and auditd's file tell. */
export function recordedDenials(since: number): Denial[] {
	return [readKernelLog, readAuditFile].flatMap((read) => {
		const records = read();
		return records.flatMap((text) => parseDenial(text) ?? []).filter(({ time }) => time >= since);
	});
}

function readKernelLog(): string[] {
	try {
		const log = new KernelLog(0);
		try {
			return [...log.read()];
		} finally {
			log.close();
		}
	} catch (error) {
		if (error instanceof Failure) return [];
		throw error;
	}
}

function readAuditFile(): string[] {
	const file = new AuditFile(true);
	try {
		return [...file.read()];
	} finally {
		file.close();
	}
}

/** The times and serial numbers of audit records, which are the same in all sources. */
class KnownRecords {
	#newer = new Set<string>();
	#older = new Set<string>();

	/** Returns how many of the records are new. `others` are times and serial numbers. Any other text is new. */
	add(text: string, others: readonly string[]): number {
		const record = parseAudit(text);
		if (record === undefined) return 1;
		const { stamp, type } = record;
		return [stamp, ...others].filter((one) => this.#isNew(`${type} ${one}`)).length;
	}

	#isNew(name: string): boolean {
		if (this.#newer.has(name) || this.#older.has(name)) return false;
		// Two sets, because removing a set's first value takes long if there are many.
		if (this.#newer.size >= mostKnown) [this.#older, this.#newer] = [this.#newer, new Set()];
		this.#newer.add(name);
		return true;
	}
}

/** A source that is further behind another one would repeat records. */
const mostKnown = 25_000;

class KernelLog {
	readonly #file: number;
	/** Longest record that the kernel makes (CONSOLE_EXT_LOG_MAX). */
	readonly #buffer = Buffer.alloc(8192);

	constructor(since: number | undefined, onEarlier?: FollowRequest["onEarlier"]) {
		try {
			this.#file = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
			if (since === undefined) for (const text of this.read()) onEarlier?.(text);
		} catch (error) {
			throw new Failure("kernel-log-unreadable", { detail: errorName(error) ?? "" }, 3);
		}
	}

	/** Everything that is there now. */
	*read(): Generator<string> {
		for (;;) {
			let length: number;
			try {
				length = readSync(this.#file, this.#buffer);
			} catch (error) {
				// The kernel overwrote records that nobody had read; the next read continues with the oldest that is left.
				if (errorName(error) === "EPIPE") continue;
				if (errorName(error) === "EAGAIN") return;
				throw error;
			}
			// A container may have a FIFO or an empty file there.
			if (length === 0) return;
			const record = parseKernelRecord(this.#buffer.toString("latin1", 0, length));
			if (record) yield record.text;
		}
	}

	close(): void {
		closeSync(this.#file);
	}
}

/** auditd's file, over its rotation. It may not exist, and may come later. */
class AuditFile {
	#file: number | undefined;
	#rest = "";
	#fromStart: boolean;

	readonly #onEarlier: FollowRequest["onEarlier"];

	constructor(fromStart: boolean, onEarlier?: FollowRequest["onEarlier"]) {
		this.#onEarlier = onEarlier;
		this.#fromStart = fromStart;
		this.#open();
		this.#fromStart = true;
	}

	get exists(): boolean {
		return this.#file !== undefined;
	}

	*read(): Generator<string> {
		yield* this.#lines();
		if (this.#isReplaced()) {
			this.close();
			this.#open();
			yield* this.#lines();
		}
	}

	*#lines(): Generator<string> {
		if (this.#file === undefined) return;
		const buffer = Buffer.alloc(65_536);
		for (let length = readSync(this.#file, buffer); length > 0; length = readSync(this.#file, buffer)) {
			const lines = (this.#rest + buffer.toString("latin1", 0, length)).split("\n");
			this.#rest = lines.pop() ?? "";
			yield* lines;
		}
	}

	#open(): void {
		try {
			this.#file = openSync(auditFile, constants.O_RDONLY | constants.O_NOFOLLOW);
			this.#rest = "";
			if (!this.#fromStart) for (const text of this.#lines()) this.#onEarlier?.(text);
		} catch {
			this.#file = undefined;
		}
	}

	#isReplaced(): boolean {
		const now = statSync(auditFile, { throwIfNoEntry: false });
		return now !== undefined && (this.#file === undefined || fstatSync(this.#file).ino !== now.ino);
	}

	close(): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}
}
