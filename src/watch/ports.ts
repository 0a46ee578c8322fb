import type { Path } from "../base/path/path.ts";
import type { Alarm } from "./alarm.ts";
import type { Denial } from "./denial.ts";
import type { StoredReaction } from "./reaction.ts";

/** The machine's functions that alarms need. */
export interface Detection {
	/**
	 * Follows the kernel's audit records, the kernel log, and auditd's file if there is one, until the signal. Resolves when it misses
	 * nothing any more. Reads only new records, or with `since` also earlier ones that the kernel log still has. Throws
	 * `kernel-log-unreadable` (exit 3).
	 */
	follow(request: FollowRequest): Promise<KernelWatch>;
	/**
	 * What filters refused, and the processes that they killed, since then (milliseconds since 1970). Empty if this machine does not
	 * show it, as in a container.
	 */
	denials(since: number): readonly Denial[];
	/** Every pid. */
	processes(): readonly number[];
	/** The kernel's records have process numbers of another PID namespace, so a process in them cannot be found here. */
	hasForeignNumbers(): boolean;
	/**
	 * Device and inode of the root directory of the process's mount namespace. A caged process cannot change it: chroot(2) moves only the
	 * process's own root. Undefined if the process has ended.
	 */
	rootOf(pid: number): string | undefined;
	/** The process's audit session; `unsetSession` if it has none. Undefined if it has ended. */
	sessionOf(pid: number): number | undefined;
	/** What started the cage of this process. Undefined if one of them has ended. */
	originOf(pid: number): ProcessOrigin | undefined;
	/** Identity of a root directory, as `rootOf` returns it; empty if the path does not exist. */
	rootIdentity(root: Path): string;
	/** Writes an alarm to the journal, with its fields. Never throws: an alarm that cannot be written there is still printed. */
	toJournal(alarm: Alarm, message: string): void;
	/** The `cagewright run` that started a process, if it still runs. */
	starterOf(pid: number): number | undefined;
	/** Suspends every other process in the PID namespaces of `inits` at once (SIGSTOP), so that none can fork faster than it is found. */
	suspendNamespaces(inits: readonly number[]): Promise<void>;
	/** This process, and whether one that was stored has ended. */
	readonly watch: StoredReaction["watch"];
	hasEnded(watch: StoredReaction["watch"]): boolean;
	/** Reports each opening of these files, by whatever name and from whatever process. Undefined if this machine cannot. */
	watchOpenings(request: OpeningsRequest): Promise<Openings | undefined>;
	/**
	 * Runs a command of the administrator with this text on its stdin. Its error output goes to ours. Throws
	 * `reaction-command-failed`, or `reaction-command-hung` after a minute, when it is killed with everything that it started.
	 */
	runCommand(command: string, input: string, signal: AbortSignal): Promise<void>;
}

export interface ProcessOrigin {
	/** A trial, a self-test or another test of Cagewright. */
	readonly isTested: boolean;
	/** The process's audit session began with the cage, so no process outside has it. */
	readonly hasOwnSession: boolean;
}

export interface FollowRequest {
	/**
	 * The text of one record, in the order of the log. `times`: the process caused this record so often, usually once. In a flood, only
	 * the first text is passed on.
	 */
	onRecord(text: string, times: number): void;
	/** The same for records that are older than the watch. */
	onEarlier?(text: string): void;
	/** Records are missing: the kernel dropped them, or the process that reads them was killed. */
	onLost(): void;
	/** Milliseconds since 1970. */
	readonly since?: number;
	readonly signal: AbortSignal;
}

export interface KernelWatch {
	/** Only the kernel log is read, which has at most ten refusals in five seconds for the whole machine (`printk_ratelimit`). */
	readonly isLimited: boolean;
	/** Why the kernel does not record what Landlock refuses: it is too `old`, or auditing is `off`. */
	readonly missesLandlock?: "old" | "off";
	/** Resolves after the signal. */
	readonly ended: Promise<void>;
}

export interface OpeningsRequest {
	/** On the host. */
	readonly files: readonly Path[];
	onOpen(opening: FileOpening): void;
}

export interface Openings {
	/** False if it was killed. */
	isRunning(): boolean;
	stop(): void;
}

export interface FileOpening {
	/** Index of the file. */
	readonly file: number;
	/** The path that the process used, from the root of its mount namespace. */
	readonly path: Path;
	readonly pid: number;
	/** Absent if the process has ended. */
	readonly program?: Path;
	readonly uid?: number;
}
