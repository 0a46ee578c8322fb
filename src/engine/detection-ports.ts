import type { Alarm } from "../core/detection/alarm.ts";
import type { Denial } from "../core/detection/denial.ts";
import type { Path } from "../core/path/path.ts";

/** The machine's functions that alarms need. */
export interface Detection {
	/**
	 * Follows the kernel's audit records, the kernel log, and auditd's file if there is one, until the signal. Resolves when it misses
	 * nothing any more. Reads only new records, or with `since` also earlier ones that the kernel log still has. Throws
	 * `kernel-log-unreadable` (exit 3).
	 */
	follow(request: FollowRequest): Promise<Following>;
	/**
	 * What filters refused, and the processes that they killed, since then (milliseconds since 1970). Empty if this machine does not
	 * show it, as in a container.
	 */
	denials(since: number): readonly Denial[];
	/** Every pid. */
	processes(): readonly number[];
	/** Device and inode of the root directory. Undefined if the process has ended or has our own root directory. */
	rootOf(pid: number): string | undefined;
	/** Whether a trial, a self-test or another test of Cagewright started the process. Undefined if it ended before that was known. */
	isTested(pid: number): boolean | undefined;
	/** Identity of a root directory, as `rootOf` returns it; empty if the path does not exist. */
	rootIdentity(root: Path): string;
	/** Writes an alarm to the journal, with its fields. Never throws: an alarm that cannot be written there is still printed. */
	toJournal(alarm: Alarm, message: string): void;
	/** Suspends the processes (SIGSTOP) until someone continues them. */
	freeze(pids: readonly number[]): void;
	/** Reports each opening of these files, by whatever name and from whatever process. Undefined if this machine cannot. */
	watchOpenings(request: OpeningsRequest): Promise<Openings | undefined>;
	/** Starts a command of the administrator with the alarm as JSON on its stdin. Resolves to its exit status. */
	runCommand(command: string, input: string, signal: AbortSignal): Promise<number>;
}

export interface FollowRequest {
	/** The text of one record, in the order of the log. */
	onRecord(text: string): void;
	/** The same for records that are older than the watch. */
	onEarlier?(text: string): void;
	/** The kernel dropped records because we were too slow. */
	onLost(): void;
	/** Milliseconds since 1970. */
	readonly since?: number;
	readonly signal: AbortSignal;
}

export interface Following {
	/** Only the kernel log is read, which has at most ten refusals in five seconds for the whole machine (`printk_ratelimit`). */
	readonly isLimited: boolean;
	/** Records have process numbers of another PID namespace, so a process in them cannot be found here. */
	readonly hasForeignNumbers: boolean;
	/** Why the kernel does not record what Landlock refuses: it is too `old`, or auditing is `off`. */
	readonly missesLandlock?: "old" | "off";
	/** Resolves after the signal. */
	readonly ended: Promise<void>;
}

export interface OpeningsRequest {
	/** On the host. */
	readonly files: readonly Path[];
	onOpen(opening: Opening): void;
}

export interface Openings {
	/** False if it was killed. */
	isRunning(): boolean;
	stop(): void;
}

export interface Opening {
	/** Index of the file. */
	readonly file: number;
	/** The path that the process used, from the root of its mount namespace. */
	readonly path: Path;
	readonly pid: number;
	/** Absent if the process has ended. */
	readonly program?: Path;
	readonly uid?: number;
}
