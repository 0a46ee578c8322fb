import type { Path } from "../path/path.ts";

/** Working directory and root, shared by processes that were cloned with CLONE_FS. Both as seen from strace. */
export interface FileSystemView {
	cwd: Path | undefined;
	/** What the application chrooted into by itself; empty where it did not. */
	root: Path | "";
	/** To be put before what strace shows of descriptors: the place of the root that pivot_root(2) left; empty where it did not. */
	shown: Path | "";
}

/** Real, effective and saved id (credentials(7)). */
export interface Ids {
	readonly real: number;
	readonly effective: number;
	readonly saved: number;
}

/** What is known of one process or thread at this point of the trace. */
export interface Process {
	readonly pid: number;
	/** The process that it is a thread of: its own pid where it is the first thread. */
	group: number;
	/** The process that made it; undefined for the first. */
	parent: number | undefined;
	fs: FileSystemView;
	program: Path | undefined;
	uid: Ids;
	gid: Ids;
	/** Hard limits that it showed or set, by resource name. Never changed in place: children share it. */
	limits: ReadonlyMap<string, number>;
	/** Belongs to the launcher: nothing that it does is recorded. */
	launcher: boolean;
	counted: boolean;
	/** Its parent was guessed, because it was seen before the line that names it. */
	guessed: boolean;
	/** Another thread's execve took its place; that call's result line lies under --seccomp-bpf (it says ENOSYS). */
	superseded: boolean;
	/** The working directory when it began the call that it has not finished: others who share it may have moved since. */
	cwdAtEntry: Path | undefined;
}

export function sameIds(id: number): Ids {
	return { real: id, effective: id, saved: id };
}

export function firstProcess(pid: number, cwd: Path | undefined, uid: number, gid: number): Process {
	return {
		pid,
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

/** What clone(2) was told of a child; fork(2) and vfork(2) are told nothing. */
export interface Sharing {
	/** CLONE_FS: one working directory and root. */
	readonly fs: boolean;
	/** CLONE_THREAD: it is a thread of the caller's process. */
	readonly thread: boolean;
}

export const sharesNothing: Sharing = { fs: false, thread: false };

export function sharingOf(call: string): Sharing {
	return { fs: call.includes("CLONE_FS"), thread: call.includes("CLONE_THREAD") };
}

/** fork(2): the child has its own copy of all this but what it shares. */
export function childOf(parent: Process, pid: number, shares: Sharing, guessed: boolean): Process {
	return {
		pid,
		group: shares.thread ? parent.group : pid,
		parent: shares.thread ? parent.parent : parent.group,
		fs: shares.fs ? parent.fs : { ...parent.fs },
		program: parent.program,
		uid: parent.uid,
		gid: parent.gid,
		limits: parent.limits,
		launcher: false,
		counted: false,
		guessed,
		superseded: false,
		cwdAtEntry: undefined,
	};
}

/** execve(2): the process goes on as the thread that executed, with that one's identity, directories and limits. */
export function takeOver(process: Process, thread: Process): void {
	process.fs = thread.fs;
	process.program = thread.program;
	process.uid = thread.uid;
	process.gid = thread.gid;
	process.limits = thread.limits;
	process.cwdAtEntry = thread.cwdAtEntry;
	process.superseded = true;
}

/** True where it makes no difference which of the two is a new process's parent. */
export function interchangeable(a: Process, b: Process): boolean {
	return (
		a.program === b.program &&
		a.fs.cwd === b.fs.cwd &&
		a.fs.root === b.fs.root &&
		JSON.stringify([a.uid, a.gid]) === JSON.stringify([b.uid, b.gid])
	);
}
