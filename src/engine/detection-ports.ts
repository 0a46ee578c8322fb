import type { Alarm } from "../core/detection/alarm.ts";
import type { Path } from "../core/path/path.ts";

/** The machine's functions that alarms need. */
export interface Detection {
	/**
	 * Follows the kernel log, and auditd's file if there is one, until the signal. Reads only new records, or with `since` also earlier
	 * ones that the kernel still has. Throws `kernel-log-unreadable` (exit 3).
	 */
	follow(request: FollowRequest): Promise<void>;
	/** Every process with a root directory that differs from this one, by pid. */
	cagedProcesses(): ReadonlyMap<number, CagedProcess>;
	/** Undefined if the process has ended or has our own root directory. */
	cagedProcess(pid: number): CagedProcess | undefined;
	/** Identity of a root directory, as in `CagedProcess`; empty if the path does not exist. */
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
	/** Milliseconds since 1970. */
	readonly since?: number;
	readonly signal: AbortSignal;
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

export interface CagedProcess {
	/** Device and inode. */
	readonly root: string;
	/** Whether a trial, a self-test or another test of Cagewright started it. */
	readonly isTested: boolean;
}
