import type { TraceFold } from "../../core/trace/fold.ts";
import type { Context } from "../context.ts";
import type { ShownProcesses } from "../events.ts";
import type { Reach } from "./coverage.ts";

/** Events of a live trace come at most so often (milliseconds): a terminal shows no more, and a busy daemon makes thousands. */
const interval = 100;
/** A measurement passes over all paths. */
const reachInterval = 1000;

/**
 * Tells of what a fold has found so far, not more often than anybody could see, and the last of it even where nothing follows. Only what
 * has changed is told.
 */
export class TraceReport {
	readonly #context: Context;
	readonly #run: number;
	readonly #fold: TraceFold;
	readonly #reach: Reach | undefined;
	#last = 0;
	#lastReach = 0;
	readonly #waiting = new Set<string>();
	#over = false;
	#processes = "";
	#names: ReadonlyMap<number, string> | undefined;

	/** `run` counts the lives of one application. */
	constructor(context: Context, fold: TraceFold, run: number, reach?: Reach) {
		this.#run = run;
		this.#context = context;
		this.#fold = fold;
		this.#reach = reach;
		// An application that does nothing at this moment would leave them untold.
		void reach?.ready.then(() => this.fed());
	}

	/** More was fed. */
	fed(): void {
		if (this.#over) return;
		const left = interval - (this.#context.machine.now() - this.#last);
		if (left <= 0) this.#tell();
		else this.#later("counts", left, () => this.#tell());
	}

	/** Once, however often it is asked for meanwhile. */
	#later(what: "counts" | "reach", milliseconds: number, tell: () => void): void {
		if (this.#waiting.has(what)) return;
		this.#waiting.add(what);
		const { machine, signal } = this.#context;
		machine.sleep(milliseconds, signal).then(
			() => {
				this.#waiting.delete(what);
				if (!this.#over) tell();
			},
			// Nobody wants to be told any more.
			() => {},
		);
	}

	/** Tells at once, so that what comes next is told from what was before. */
	now(): void {
		if (!this.#over) this.#tell();
	}

	/** Everything was fed. */
	end(): void {
		this.#over = true;
		this.#lastReach = 0;
		this.#tell();
	}

	#tell(): void {
		const { emit, machine } = this.#context;
		this.#last = machine.now();
		emit({ event: "accesses-counted", run: this.#run, counts: { ...this.#fold.counts(), newest: this.#fold.newest() } });
		const processes = this.#named();
		const text = JSON.stringify(processes);
		if (text !== this.#processes) {
			this.#processes = text;
			emit({ event: "processes-seen", processes });
		}
		this.#tellReach();
	}

	#tellReach(): void {
		if (!this.#reach) return;
		const now = this.#context.machine.now();
		const left = this.#lastReach + reachInterval - now;
		if (left > 0) {
			this.#later("reach", left, () => this.#tellReach());
			return;
		}
		this.#lastReach = now;
		this.#reach.tell(this.#reach.measure(this.#fold.trace));
	}

	#named(): ShownProcesses {
		const { living, ended, rows } = this.#fold.tree();
		this.#names ??= new Map(this.#context.machine.accounts.users().map(({ name, uid }) => [uid, name]));
		const names = this.#names;
		return {
			living,
			ended,
			rows: rows.map((row) => {
				const account = row.uid === undefined ? undefined : names.get(row.uid);
				return account === undefined ? row : { ...row, account };
			}),
		};
	}
}
