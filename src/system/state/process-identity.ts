import { readFileSync, readlinkSync } from "node:fs";
import { startTime, statFields } from "../launch/processes.ts";

/** A permanent identification of a process, because pids are reused soon. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Clock ticks since boot (proc_pid_stat(5)). */
	readonly start: string;
	/** The boot and the PID namespace in which the pid counts. */
	readonly boot: string;
	readonly namespace: string;
}

export function thisProcess(): ProcessIdentity {
	return { pid: process.pid, start: startTime(process.pid) ?? "", boot: bootId(), namespace: pidNamespace() };
}

/**
 * Whether a process has certainly ended. Unknown for another PID namespace (a container that shares our state), which counts as
 * running.
 */
export function isGone({ pid, start, boot, namespace }: ProcessIdentity): boolean {
	if (boot !== bootId()) return true;
	if (namespace !== pidNamespace()) return false;
	return startTime(pid) !== start || isZombie(pid);
}

/** Also true if it has ended. */
function isZombie(pid: number): boolean {
	const [state = ""] = statFields(pid);
	return "ZX".includes(state);
}

function bootId(): string {
	return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

/** `pid:[NUMBER]` (namespaces(7)). */
export function pidNamespace(): string {
	return readlinkSync("/proc/self/ns/pid");
}

/** Kinds of temporary files, which outlive their process only after a kill. */
type Transient = "staging" | "removed" | "seed" | "scratch" | "tmp";

/** A unique hidden name with its process: `.staging-PID-START-RANDOM`. Not secret. */
export function transientName(kind: Transient): string {
	const random = Math.floor(Math.random() * 2 ** 48);
	return `.${kind}-${process.pid}-${startTime(process.pid) ?? 0}-${random.toString(16).padStart(12, "0")}`;
}

/** Whether the process of a transient name has ended, as far as this PID namespace shows. */
export function isLeftover(name: string): boolean {
	const [, pid, start] = /^\.(?:staging|removed|seed|scratch|tmp)-(\d+)-(\d+)-[0-9a-f]{12}$/.exec(name) ?? [];
	return pid !== undefined && (startTime(Number(pid)) !== start || isZombie(Number(pid)));
}
