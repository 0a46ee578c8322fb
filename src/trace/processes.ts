import { append, omitUndefined } from "../base/collections.ts";
import { isWithin, type Path } from "../base/path/path.ts";
import { own } from "./argument.ts";
import type { LineReader } from "./line.ts";
import {
	type CloneSharing,
	childOf,
	firstProcess,
	interchangeable,
	type Process,
	sharesNothing,
	sharingOf,
	takeOver,
} from "./process.ts";
import type { RunningProcess } from "./running.ts";

/** One process in the live display. */
export interface ProcessRow {
	/** In strace's namespace. */
	readonly pid: number;
	/** The number in the application's log; the host's number if strace attached. */
	readonly shownPid: number;
	/** 0 if the parent has no row. */
	readonly depth: number;
	readonly program?: Path;
	/** The effective uid, if it differs from the parent's. */
	readonly uid?: number;
	/** Number of threads in addition to the first one. */
	readonly threads: number;
	/** `exit 1` or `signal SIGSEGV`; absent while it runs. */
	readonly ended?: string;
}

/** Parents come before their children, children in the order of their creation. */
export interface ProcessTree {
	readonly rows: readonly ProcessRow[];
	/** All running processes, and all that have ended, with or without a row. */
	readonly living: number;
	readonly ended: number;
}

export const noProcesses: ProcessTree = { rows: [], living: 0, ended: 0 };

interface EndedProcess {
	readonly pid: number;
	readonly shownPid: number;
	readonly parent: number | undefined;
	readonly program: Path | undefined;
	readonly uid: number;
	readonly how: string;
}

const maxRows = 60;
const maxEndedRows = 16;

/** Remembers the last ended processes and builds the tree. Both are bounded. */
class ProcessTreeMaker {
	readonly #ended: EndedProcess[] = [];
	#count = 0;

	ended(process: Process, how: string): void {
		if (process.group !== process.pid || process.launcher) return;
		this.#count++;
		const { parent, pid, program, shownPid, uid } = process;
		this.#ended.push({ pid, shownPid, parent, program, uid: uid.effective, how });
		if (this.#ended.length > maxEndedRows) this.#ended.shift();
	}

	tree(processes: Iterable<Process>): ProcessTree {
		const threads = new Map<number, number>();
		const living: Process[] = [];
		for (const process of processes) {
			if (process.launcher) continue;
			if (process.group === process.pid) living.push(process);
			else threads.set(process.group, (threads.get(process.group) ?? 0) + 1);
		}
		const alive = new Set(living.map(({ pid }) => pid));
		// Running processes come first. A reused pid belongs to the running process.
		const room = Math.max(0, maxRows - living.length);
		const gone = room ? this.#ended.filter(({ pid }) => !alive.has(pid)).slice(-room) : [];
		const uids = new Map<number, number>();
		const children = new Map<number | undefined, Omit<ProcessRow, "depth">[]>();
		for (const { pid, uid } of gone) uids.set(pid, uid);
		for (const { pid, uid } of living) uids.set(pid, uid.effective);
		const add = (
			parent: number | undefined,
			row: Omit<ProcessRow, "depth" | "program">,
			program: Path | undefined,
			uid: number,
		) => {
			const known = parent !== undefined && uids.has(parent) && parent !== row.pid ? parent : undefined;
			const changed = known !== undefined && uids.get(known) !== uid;
			const whole = { ...row, ...omitUndefined({ program }), ...(changed ? { uid } : {}) };
			append(children, known, whole);
		};
		for (const { how, parent, pid, program, shownPid, uid } of gone) {
			add(parent, { pid, shownPid, threads: 0, ended: how }, program, uid);
		}
		for (const { parent, pid, program, shownPid, uid } of living) {
			add(parent, { pid, shownPid, threads: threads.get(pid) ?? 0 }, program, uid.effective);
		}
		return { rows: inOrder(children), living: living.length, ended: this.#count };
	}
}

function inOrder(children: ReadonlyMap<number | undefined, readonly Omit<ProcessRow, "depth">[]>): ProcessRow[] {
	const rows: ProcessRow[] = [];
	const visit = (parent: number | undefined, depth: number) => {
		for (const row of children.get(parent) ?? []) {
			if (rows.length >= maxRows) return;
			rows.push({ ...row, depth });
			visit(row.pid, depth + 1);
		}
	};
	visit(undefined, 0);
	return rows;
}

const forkCalls = /^(?:clone3?|v?fork)\(/;
const maxHeldLines = 64;
const maxHeldLength = 16 << 20;
const maxHeldProcesses = 1024;
const maxEnded = 4096;

/**
 * The processes of a trace. A child's first lines often come before its parent's fork returns. Then its parent is a process
 * within a fork call. If several differ in a way that matters, the child's lines are held until the fork's line names it.
 */
export class ProcessTable {
	readonly #reader: LineReader;
	readonly #first: { readonly cwd?: Path; readonly uid?: number; readonly gid?: number };
	readonly #processes = new Map<number, Process>();
	readonly #held = new Map<number, string[]>();
	#heldLength = 0;
	/** Guessed processes that ended before the line that names their parent. */
	readonly #ended = new Set<number>();
	readonly #tree = new ProcessTreeMaker();
	#last: Process | undefined;
	/** The first process that ran before strace attached. */
	#joined: number | undefined;

	constructor(reader: LineReader, first: { readonly cwd?: Path; readonly uid?: number; readonly gid?: number }) {
		this.#reader = reader;
		this.#first = first;
	}

	find(pid: number): Process | undefined {
		if (this.#last?.pid === pid) return this.#last;
		const process = this.#processes.get(pid);
		if (process) this.#last = process;
		return process;
	}

	/** Adds a process that ran before strace attached. Its threads share its directories. */
	join({ cwd, gid, pid, program, root, threads, uid }: RunningProcess): void {
		const fs = { cwd, root, shown: "" as const };
		const parent = this.#joined;
		this.#joined ??= pid;
		for (const id of new Set([pid, ...threads])) {
			this.#processes.set(id, { ...firstProcess(id, cwd, 0, 0), fs, program, uid, gid, group: pid, parent });
		}
		this.#last = undefined;
	}

	/** Returns a process for a new pid, if its parent is clear. */
	adopt(pid: number): Process | undefined {
		if (this.#held.has(pid)) return undefined;
		if (this.#processes.size === 0) {
			return this.#add(firstProcess(pid, this.#first.cwd, this.#first.uid ?? 0, this.#first.gid ?? 0));
		}
		const [parent, ...others] = this.#reader.within(forkCalls).flatMap((candidate) => this.#processes.get(candidate) ?? []);
		if (!parent || !others.every((other) => interchangeable(parent, other))) return undefined;
		const shares = sharingOf(this.#reader.unfinished(parent.pid) ?? "");
		const sharesFs = shares.fs && others.every((other) => other.fs === parent.fs);
		return this.#add(childOf(parent, pid, { ...shares, fs: sharesFs }, true));
	}

	/** Keeps a line of a process without a known parent. If there are too many, returns the process with a guessed parent. */
	hold(pid: number, rest: string): Process | undefined {
		append(this.#held, pid, own(rest));
		this.#heldLength += rest.length;
		const lines = this.#held.get(pid)?.length ?? 0;
		const isFull = this.#held.size > maxHeldProcesses || this.#heldLength > maxHeldLength || lines > maxHeldLines;
		return isFull ? this.guess(pid) : undefined;
	}

	held(): number[] {
		return [...this.#held.keys()];
	}

	takeHeld(pid: number): readonly string[] {
		const lines = this.#held.get(pid) ?? [];
		this.#held.delete(pid);
		for (const line of lines) this.#heldLength -= line.length;
		return lines;
	}

	/** Most processes resemble the youngest known one. */
	guess(pid: number): Process | undefined {
		const like = [...this.#processes.values()].findLast((process) => !process.launcher) ?? this.#processes.values().next().value;
		return like ? this.#add(childOf(like, pid, sharesNothing, true)) : undefined;
	}

	/** `parent`'s fork returned `pid`, or `ownPid` as `parent` sees it. */
	born(parent: Process, pid: number, shares: CloneSharing, ownPid = pid): Process | undefined {
		// The administrator chose the process by the host's number.
		const shownPid = this.#joined === undefined ? ownPid : pid;
		if (this.#ended.delete(pid)) return undefined;
		const known = this.#processes.get(pid);
		if (known?.guessed) {
			const { group, parent: by } = childOf(parent, pid, shares, false);
			Object.assign(known, { guessed: false, group, parent: by, shownPid });
			return known;
		}
		return this.#add({ ...childOf(parent, pid, shares, false), shownPid });
	}

	/** `how` it ended, if the trace shows that. */
	remove(pid: number, how?: string): void {
		const process = this.#processes.get(pid);
		if (process?.guessed && this.#ended.size < maxEnded) this.#ended.add(pid);
		if (process && how !== undefined) this.#tree.ended(process, how);
		this.#processes.delete(pid);
		this.#last = undefined;
	}

	/** `pid`'s threads have ended, and it continues as its thread `by` (execve(2)). */
	supersede(pid: number, by: number): void {
		const process = this.find(pid);
		const thread = this.#processes.get(by);
		if (process) takeOver(process, thread ?? process);
		this.remove(by);
	}

	/** A directory was renamed: processes inside it have a new path. */
	renamed(from: Path, to: Path): void {
		const moved = (path: Path) => own((to + path.slice(from.length)) as Path);
		for (const { fs } of this.#processes.values()) {
			if (fs.cwd !== undefined && isWithin(fs.cwd, from)) fs.cwd = moved(fs.cwd);
			if (fs.root !== "" && isWithin(fs.root, from)) fs.root = moved(fs.root);
		}
	}

	/** Returns running and recently ended processes for the live display. */
	tree(): ProcessTree {
		return this.#tree.tree(this.#processes.values());
	}

	/** Marks all processes so far as the launcher's, except `application`. */
	markLaunchers(application: number): void {
		for (const process of this.#processes.values()) process.launcher = process.pid !== application;
	}

	#add(process: Process): Process {
		this.#processes.set(process.pid, process);
		this.#last = process;
		return process;
	}
}
