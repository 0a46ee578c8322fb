import type { Path } from "../path/path.ts";
import type { Process } from "./process.ts";

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
export interface EndedProcess {
	readonly pid: number;
	readonly parent: number | undefined;
	readonly program: Path | undefined;
	readonly uid: number;
	readonly how: string;
}

const mostRows = 60;
const mostEnded = 16;

/** Remembers the last few that ended, and draws the tree; both bounded, however many processes an application makes. */
export class ProcessTreeMaker {
	readonly #ended: EndedProcess[] = [];
	#count = 0;

	ended(process: Process, how: string): void {
		if (process.group !== process.pid || process.launcher) return;
		this.#count++;
		const { parent, pid, program, uid } = process;
		this.#ended.push({ pid, parent, program, uid: uid.effective, how });
		if (this.#ended.length > mostEnded) this.#ended.shift();
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
		const room = Math.max(0, mostRows - living.length);
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
			if (rows.length >= mostRows) return;
			rows.push({ ...row, depth });
			visit(row.pid, depth + 1);
		}
	};
	visit(undefined, 0);
	return rows;
}
