import type { Alarm } from "../core/detection/alarm.ts";
import type { Path } from "../core/path/path.ts";

/** What noticing attacks needs of the machine. */
export interface Detection {
	/**
	 * Follows the kernel's audit records, the kernel log, and auditd's file on a machine that has one, until the signal. Resolves when nothing is missed
	 * any more. Without `since` only what is new is read; with it also what the kernel log still has from before. Throws `kernel-log-unreadable` (exit 3).
	 */
	follow(request: FollowRequest): Promise<Following>;
	/** Every pid. */
	processes(): readonly number[];
	/** Device and inode of the root directory. Undefined if the process has ended or has our own root directory. */
	rootOf(pid: number): string | undefined;
	/** Whether a trial, a self-test or another test of ours started the process. Undefined if it ended before that was known. */
	isTested(pid: number): boolean | undefined;
	/** How `rootOf` names a root directory; empty if there is none at that path. */
	rootIdentity(root: Path): string;
	/** Writes an alarm to the journal, with its fields. Never throws: an alarm that cannot be written there is still printed. */
	toJournal(alarm: Alarm, message: string): void;
	/** Stops the processes where they are (SIGSTOP), until someone continues them. */
	freeze(pids: readonly number[]): void;
	/** Starts a command of the administrator with the alarm as JSON on its stdin. Resolves to its exit status. */
	runCommand(command: string, input: string, signal: AbortSignal): Promise<number>;
}

export interface FollowRequest {
	/** The text of one record, in the order of the log. */
	onRecord(text: string): void;
	/** The kernel dropped records because we were too slow. */
	onLost(): void;
	/** Milliseconds since 1970. */
	readonly since?: number;
	readonly signal: AbortSignal;
}

export interface Following {
	/** Only the kernel log is read, which has at most ten refusals in five seconds for the whole machine (`printk_ratelimit`). */
	readonly isLimited: boolean;
	/** Resolves after the signal. */
	readonly ended: Promise<void>;
}
