import { isWithin, type Path } from "../path/path.ts";
import { own } from "./argument.ts";
import type { LineReader } from "./line.ts";
import {
	childOf,
	firstProcess,
	interchangeable,
	type Process,
	type Sharing,
	sharesNothing,
	sharingOf,
	takeOver,
} from "./process.ts";
import type { RunningProcess } from "./running.ts";

/** One process of an application as a live display shows it. */
export interface ProcessRow {
	/** In strace's namespace. */
	readonly pid: number;
	/** 0 for those whose parent is not among the rows. */
	readonly depth: number;
	readonly program?: Path;
	/** The effective user id, where it is another than the parent's. */
	readonly uid?: number;
	/** Threads that live beside the first one. */
	readonly threads: number;
	/** How it ended: `exit 1` or `signal SIGSEGV`; absent while it runs. */
	readonly ended?: string;
}

/** A parent stands before its children, they in the order of their birth. */
export interface ProcessTree {
	readonly rows: readonly ProcessRow[];
	/** All that run now, and all that have ended so far, whether or not they have a row. */
	readonly living: number;
	readonly ended: number;
}

export const noProcesses: ProcessTree = { rows: [], living: 0, ended: 0 };

/** A process that is over. */
interface EndedProcess {
	readonly pid: number;
	readonly parent: number | undefined;
	readonly program: Path | undefined;
	readonly uid: number;
	readonly how: string;
}

const maxRows = 60;
const maxEndedRows = 16;

/** Remembers the last few that ended, and draws the tree; both bounded, however many processes an application makes. */
class ProcessTreeMaker {
	readonly #ended: EndedProcess[] = [];
	#count = 0;

	ended(process: Process, how: string): void {
		if (process.group !== process.pid || process.launcher) return;
		this.#count++;
		const { parent, pid, program, uid } = process;
		this.#ended.push({ pid, parent, program, uid: uid.effective, how });
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
		// Those that ended give way to those that run; a number that came back is the living one's.
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
			const whole = { ...row, ...(program === undefined ? {} : { program }), ...(changed ? { uid } : {}) };
			const others = children.get(known);
			if (others) others.push(whole);
			else children.set(known, [whole]);
		};
		for (const { how, parent, pid, program, uid } of gone) add(parent, { pid, threads: 0, ended: how }, program, uid);
		for (const { parent, pid, program, uid } of living) {
			add(parent, { pid, threads: threads.get(pid) ?? 0 }, program, uid.effective);
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
 * The processes of a trace. A child's first lines often come before its parent's fork is reported; then the parent is one of those that
 * are within a fork. Where that leaves a choice that matters, the child's lines are held until the fork's line names it.
 */
export class ProcessTable {
	readonly #reader: LineReader;
	readonly #first: { readonly cwd?: Path; readonly uid?: number; readonly gid?: number };
	readonly #processes = new Map<number, Process>();
	readonly #held = new Map<number, string[]>();
	#heldLength = 0;
	/** Ended before the line that names them as somebody's child. */
	readonly #ended = new Set<number>();
	readonly #tree = new ProcessTreeMaker();
	#last: Process | undefined;
	/** The first of those that ran before strace came. */
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

	/** A process that ran before strace came; its threads share its directories. */
	join({ cwd, gid, pid, program, root, threads, uid }: RunningProcess): void {
		const fs = { cwd, root, shown: "" as const };
		const parent = this.#joined;
		this.#joined ??= pid;
		for (const id of new Set([pid, ...threads])) {
			this.#processes.set(id, { ...firstProcess(id, cwd, 0, 0), fs, program, uid, gid, group: pid, parent });
		}
		this.#last = undefined;
	}

	/** A process for a pid that was not seen before, where it can be told whose child it is. */
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

	/** Keeps a line of a process without known parent. When that gets too much, gives the process with a guessed one. */
	hold(pid: number, rest: string): Process | undefined {
		const lines = this.#held.get(pid);
		if (lines) lines.push(own(rest));
		else this.#held.set(pid, [own(rest)]);
		this.#heldLength += rest.length;
		const tooMuch =
			this.#held.size > maxHeldProcesses || this.#heldLength > maxHeldLength || (lines && lines.length > maxHeldLines);
		return tooMuch ? this.guess(pid) : undefined;
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

	/** Most processes are like the youngest one that is known. */
	guess(pid: number): Process | undefined {
		const like = [...this.#processes.values()].findLast((process) => !process.launcher) ?? this.#processes.values().next().value;
		return like ? this.#add(childOf(like, pid, sharesNothing, true)) : undefined;
	}

	/** `parent`'s fork reported `pid`. */
	born(parent: Process, pid: number, shares: Sharing): Process | undefined {
		if (this.#ended.delete(pid)) return undefined;
		const known = this.#processes.get(pid);
		if (known?.guessed) {
			const { group, parent: by } = childOf(parent, pid, shares, false);
			Object.assign(known, { guessed: false, group, parent: by });
			return known;
		}
		return this.#add(childOf(parent, pid, shares, false));
	}

	/** `how` it ended, where that was seen. */
	remove(pid: number, how?: string): void {
		const process = this.#processes.get(pid);
		if (process?.guessed && this.#ended.size < maxEnded) this.#ended.add(pid);
		if (process && how !== undefined) this.#tree.ended(process, how);
		this.#processes.delete(pid);
		this.#last = undefined;
	}

	/** `pid`'s threads have ended, and it goes on as its thread `by` (execve(2)). */
	supersede(pid: number, by: number): void {
		const process = this.find(pid);
		const thread = this.#processes.get(by);
		if (process) takeOver(process, thread ?? process);
		this.remove(by);
	}

	/** A directory has another name now: whoever is in it has so, too. */
	renamed(from: Path, to: Path): void {
		const moved = (path: Path) => own((to + path.slice(from.length)) as Path);
		for (const { fs } of this.#processes.values()) {
			if (fs.cwd !== undefined && isWithin(fs.cwd, from)) fs.cwd = moved(fs.cwd);
			if (fs.root !== "" && isWithin(fs.root, from)) fs.root = moved(fs.root);
		}
	}

	/** For a live display: those that run, and the last that ended. */
	tree(): ProcessTree {
		return this.#tree.tree(this.#processes.values());
	}

	/** All processes so far but `application` belong to the launcher. */
	markLaunchers(application: number): void {
		for (const process of this.#processes.values()) process.launcher = process.pid !== application;
	}

	#add(process: Process): Process {
		this.#processes.set(process.pid, process);
		this.#last = process;
		return process;
	}
}
