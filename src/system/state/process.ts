import { readFileSync, readlinkSync } from "node:fs";
import { startTime } from "../launch/processes.ts";

/** A process, named for good: its number alone is given to another one soon. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Clock ticks since boot (proc_pid_stat(5)). */
	readonly start: string;
	/** Which boot, and in which PID namespace the number counts. */
	readonly boot: string;
	readonly namespace: string;
}

export function thisProcess(): ProcessIdentity {
	return { pid: process.pid, start: startTime(process.pid) ?? "", boot: bootId(), namespace: pidNamespace() };
}

/** Whether a process is gone for certain. One of another PID namespace (a container that shares our state) cannot be judged: not gone. */
export function isGone({ pid, start, boot, namespace }: ProcessIdentity): boolean {
	if (boot !== bootId()) return true;
	if (namespace !== pidNamespace()) return false;
	return startTime(pid) !== start || isZombie(pid);
}

function isZombie(pid: number): boolean {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		return "ZX".includes(stat.charAt(stat.lastIndexOf(")") + 2));
	} catch {
		return true;
	}
}

function bootId(): string {
	return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

/** `pid:[NUMBER]` (namespaces(7)). */
export function pidNamespace(): string {
	return readlinkSync("/proc/self/ns/pid");
}

/** What is made on the way to something else, and never outlives its maker but by a kill. */
export type Transient = "staging" | "removed" | "seed" | "scratch" | "tmp";

/** A hidden name that tells its maker: `.staging-PID-START-RANDOM`. Unlike all others, and no secret. */
export function transientName(kind: Transient): string {
	const random = Math.floor(Math.random() * 2 ** 48);
	return `.${kind}-${process.pid}-${startTime(process.pid) ?? 0}-${random.toString(16).padStart(12, "0")}`;
}

/** True for a transient name whose maker does not run any more, as far as this PID namespace can tell. */
export function isLeftover(name: string): boolean {
	const [, pid, start] = /^\.(?:staging|removed|seed|scratch|tmp)-(\d+)-(\d+)-[0-9a-f]{12}$/.exec(name) ?? [];
	return pid !== undefined && (startTime(Number(pid)) !== start || isZombie(Number(pid)));
}
