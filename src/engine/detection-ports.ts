import type { Alarm } from "../core/detection/alarm.ts";
import type { Path } from "../core/path/path.ts";

/** What noticing attacks needs of the machine. */
export interface Detection {
	/**
	 * Follows the kernel log, and auditd's file on a machine that has one, until the signal. Without `since` only what is new is read; with it also what the
	 * kernel still has from before. Throws `kernel-log-unreadable` (exit 3).
	 */
	follow(request: FollowRequest): Promise<void>;
	/** Every process that has another root directory than this one, by pid. */
	cagedProcesses(): ReadonlyMap<number, CagedProcess>;
	/** Undefined if the process has ended or has our own root directory. */
	cagedProcess(pid: number): CagedProcess | undefined;
	/** How `CagedProcess` names a root directory; empty if there is none at that path. */
	rootIdentity(root: Path): string;
	/** Writes an alarm to the journal, with its fields. Never throws: an alarm that cannot be written there is still printed. */
	toJournal(alarm: Alarm, message: string): void;
	/** Stops the processes where they are (SIGSTOP), until someone continues them. */
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
	/** A trial, a self-test or another test of ours started it. */
	readonly isTested: boolean;
}
