import type { Path } from "../base/path/path.ts";

/** Working directory and root, as strace sees them. Processes cloned with CLONE_FS share one. */
export interface FileSystemView {
	cwd: Path | undefined;
	/** The directory that the application itself changed its root to; otherwise empty. */
	root: Path | "";
	/** Prefix for descriptor paths that strace shows: where pivot_root(2) moved the old root. Otherwise empty. */
	shown: Path | "";
}

/** Real, effective and saved id (credentials(7)). */
export interface Ids {
	readonly real: number;
	readonly effective: number;
	readonly saved: number;
}

/** A process's or thread's state at this point of the trace. */
export interface Process {
	readonly pid: number;
	/** The number to show: the application's own, as in its log. */
	shownPid: number;
	/** The pid of its thread group; its own pid for the first thread. */
	group: number;
	/** The process that created it; undefined for the first. */
	parent: number | undefined;
	fs: FileSystemView;
	program: Path | undefined;
	uid: Ids;
	gid: Ids;
	/** Hard limits that it showed or set, by resource name. Never changed in place, because children share the map. */
	limits: ReadonlyMap<string, number>;
	/** Part of the launcher; not recorded. */
	launcher: boolean;
	counted: boolean;
	/** Its parent is a guess, because its first line came before the line that names it. */
	guessed: boolean;
	/** Another thread's execve(2) replaced it. Under --seccomp-bpf, that call's result wrongly says ENOSYS. */
	superseded: boolean;
	/** Its last call, if all calls are recorded. */
	lastCall?: string;
	/** The working directory when its unfinished call began. Another process that shares it may have changed it since. */
	cwdAtEntry: Path | undefined;
}

export function sameIds(id: number): Ids {
	return { real: id, effective: id, saved: id };
}

export function firstProcess(pid: number, cwd: Path | undefined, uid: number, gid: number): Process {
	return {
		pid,
		shownPid: pid,
		group: pid,
		parent: undefined,
		fs: { cwd, root: "", shown: "" },
		program: undefined,
		uid: sameIds(uid),
		gid: sameIds(gid),
		limits: new Map(),
		launcher: false,
		counted: false,
		guessed: false,
		superseded: false,
		cwdAtEntry: undefined,
	};
}

/** Parts that clone(2) shares with the child; fork(2) and vfork(2) share nothing. */
export interface CloneSharing {
	/** CLONE_FS: one working directory and root. */
	readonly fs: boolean;
	/** CLONE_THREAD: a thread of the caller's process. */
	readonly thread: boolean;
}

export const sharesNothing: CloneSharing = { fs: false, thread: false };

export function sharingOf(call: string): CloneSharing {
	return { fs: call.includes("CLONE_FS"), thread: call.includes("CLONE_THREAD") };
}

/** fork(2): the child gets its own copy of everything that it does not share. */
export function childOf(parent: Process, pid: number, shares: CloneSharing, guessed: boolean): Process {
	return {
		...firstProcess(pid, undefined, 0, 0),
		group: shares.thread ? parent.group : pid,
		parent: shares.thread ? parent.parent : parent.group,
		fs: shares.fs ? parent.fs : { ...parent.fs },
		program: parent.program,
		uid: parent.uid,
		gid: parent.gid,
		limits: parent.limits,
		launcher: parent.launcher,
		guessed,
	};
}

/** execve(2): the process continues as the thread that called it, with that thread's identity, directories and limits. */
export function takeOver(process: Process, thread: Process): void {
	const { cwdAtEntry, fs, gid, limits, program, uid } = thread;
	Object.assign(process, { fs, program, uid, gid, limits, cwdAtEntry, superseded: true });
}

/** Whether either process may be a new process's parent without a difference. */
export function interchangeable(a: Process, b: Process): boolean {
	return (
		a.program === b.program &&
		a.fs.cwd === b.fs.cwd &&
		a.fs.root === b.fs.root &&
		JSON.stringify([a.uid, a.gid]) === JSON.stringify([b.uid, b.gid])
	);
}
