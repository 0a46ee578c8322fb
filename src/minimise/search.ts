import { dependents, halves, searchOrder, type Unit } from "./units.ts";

type Works = (left: ReadonlySet<number>) => Promise<boolean>;

/**
 * Takes growing sets and returns the largest that works, by bisection; undefined if none does. The result was tried and worked.
 */
export async function lastThatWorks(
	steps: readonly ReadonlySet<number>[],
	works: Works,
): Promise<ReadonlySet<number> | undefined> {
	let found: ReadonlySet<number> | undefined;
	let [from, to] = [0, steps.length - 1];
	// Usually it is the last one.
	for (let at = to; from <= to; at = (from + to) >> 1) {
		const step = steps[at];
		if (step && (await works(step))) {
			found = step;
			from = at + 1;
		} else to = at - 1;
	}
	return found;
}

/** Progress of a search, in units. */
interface SearchCounts {
	readonly kept: number;
	readonly leftOut: number;
	readonly open: number;
}

/** Progress of the search for unneeded files. */
export interface MinimiseProgress extends SearchCounts {
	/** Trials so far, and the estimated total. */
	readonly trials: number;
	readonly estimated: number;
	/** Number and size of the files that are left out so far. */
	readonly files: number;
	readonly bytes: number;
	readonly secondsLeft?: number;
}

/** Estimates the remaining trials for parts of these sizes, if they contain as many needed units as those decided so far. */
export function trialsToCome({ kept, leftOut }: SearchCounts, parts: readonly number[]): number {
	const share = (kept + 1) / (kept + leftOut + 2);
	return Math.round(
		parts.reduce((sum, size) => {
			const needed = Math.max(share * size, 1);
			return sum + 1 + (size > 1 ? needed * (Math.log2(size / needed) + 1) : 0);
		}, 0),
	);
}

interface SearchRequest {
	readonly units: readonly Unit[];
	/** Units that are kept without a trial. */
	readonly pinned: ReadonlySet<number>;
	/** Whether the application passes everything without these units. Called for several sets concurrently. */
	readonly works: Works;
	/** Number of concurrent trials. */
	readonly jobs: number;
	/** Ends the search with the result so far. */
	readonly signal: AbortSignal;
	readonly onTrial?: (progress: SearchProgress) => void;
}

export interface SearchProgress extends SearchCounts {
	readonly trials: number;
	/** The estimated total. */
	readonly estimated: number;
	readonly left: ReadonlySet<number>;
}

interface SearchResult {
	/** The application worked without these. */
	readonly left: ReadonlySet<number>;
	/** Each set was tried and worked, and contains the one before. */
	readonly steps: readonly ReadonlySet<number>[];
	readonly trials: number;
	/** False if the search was stopped before each unit was decided. */
	readonly isComplete: boolean;
}

/** How often a search starts again because a set that worked before does not work any more. */
const maxDoubts = 3;
/** How often the remaining units are tried again, one by one. */
const maxPasses = 4;

/**
 * Finds the units that nothing needs. It leaves out as many as possible at once and bisects what cannot be left out: for k needed
 * among n units that takes about k·log2(n/k) trials. Then it tries each remaining unit once more alone until none can go, because
 * only a setting that went later may have needed a module, and an unsteady trial may have failed by chance. If a trial passed by
 * chance, later trials all fail; then the search goes back.
 */
export async function findUnneeded(request: SearchRequest): Promise<SearchResult> {
	let trials = 0;
	const counted: SearchRequest = {
		...request,
		works: async (left) => {
			trials++;
			return request.works(left);
		},
		onTrial: (progress) => request.onTrial?.({ ...progress, trials, estimated: progress.estimated + trials }),
	};
	let steps: readonly ReadonlySet<number>[] = [];
	let doubts = 0;
	for (let number = 0; ; number++) {
		const pass = new Pass(counted, steps, number > 0);
		const { isDoubtful } = await pass.run();
		const hasMore = pass.steps.length > steps.length;
		steps = pass.steps;
		if (isDoubtful) {
			const last = await lastThatWorks(steps.slice(0, -1), counted.works);
			steps = steps.slice(0, last === undefined ? 0 : steps.indexOf(last) + 1);
			// The next pass is the first again.
			number = -1;
			if (doubts++ < maxDoubts) continue;
		} else if (pass.isComplete && (hasMore || number === 0) && number < maxPasses) continue;
		return { left: steps.at(-1) ?? new Set(), steps, trials, isComplete: !isDoubtful && pass.isComplete };
	}
}

interface Part {
	readonly units: readonly number[];
	/** The other half of a part that failed: if this half can go, that one cannot. */
	readonly sibling?: Part;
	/** It will fail, unless one of its units was decided since. */
	fails?: true;
}

/** After so many failures in a row, try again whether the current set still works. */
const doubtAfter = 12;

class Pass {
	readonly steps: ReadonlySet<number>[];
	readonly #request: SearchRequest;
	readonly #by: Map<number, number[]>;
	readonly #needed = new Set<number>();
	readonly #parts: Part[] = [];
	readonly #running = new Set<Promise<void>>();
	#left: ReadonlySet<number>;
	#failures = 0;
	#confirmed: ReadonlySet<number>;
	#isDoubtful = false;
	/** Tries each unit alone instead of bisecting. */
	readonly #isOneByOne: boolean;
	/** Number of units that are kept without a trial. */
	readonly #firm: number;

	constructor(request: SearchRequest, steps: readonly ReadonlySet<number>[], isOneByOne: boolean) {
		const { pinned, units } = request;
		this.#request = request;
		this.steps = [...steps];
		this.#left = steps.at(-1) ?? new Set();
		this.#confirmed = this.#left;
		this.#by = dependents(units);
		for (const unit of pinned) this.#need(unit);
		this.#firm = this.#needed.size;
		this.#isOneByOne = isOneByOne;
		const open = searchOrder(
			units,
			[...units.keys()].filter((unit) => this.#isOpen(unit)),
		);
		// The last part is tried first.
		if (isOneByOne) this.#parts.push(...open.reverse().map((unit) => ({ units: [unit] })));
		else if (open.length) this.#parts.push({ units: open });
	}

	get isComplete(): boolean {
		return !this.#parts.length;
	}

	async run(): Promise<{ isDoubtful: boolean }> {
		const { jobs, signal } = this.#request;
		try {
			for (;;) {
				while (!signal.aborted && !this.#isDoubtful && this.#running.size < jobs) {
					const work = this.#nextTrial();
					if (!work) break;
					const running: Promise<void> = work.finally(() => this.#running.delete(running));
					this.#running.add(running);
				}
				if (!this.#running.size) return { isDoubtful: this.#isDoubtful };
				await Promise.race(this.#running);
			}
		} finally {
			await Promise.allSettled(this.#running);
		}
	}

	#nextTrial(): Promise<void> | undefined {
		if (this.#failures >= doubtAfter && this.#confirmed !== this.#left) return this.#confirm();
		const part = this.#take();
		return part && this.#try(part);
	}

	/** Returns the latest part that can be tried now, and drops decided parts on the way. */
	#take(): Part | undefined {
		for (let at = this.#parts.length - 1; at >= 0; at--) {
			const part = this.#parts[at] as Part;
			const open = part.units.filter((unit) => this.#isOpen(unit));
			if (part.fails && open.length === part.units.length) {
				this.#parts.splice(at, 1);
				this.#fail(part);
				at = this.#parts.length;
			} else if (!open.length) this.#parts.splice(at, 1);
			else if (!this.#running.size || this.#isClosed(open)) {
				this.#parts.splice(at, 1);
				return open.length === part.units.length ? part : { units: open };
			}
		}
		return undefined;
	}

	async #try(part: Part): Promise<void> {
		const { signal, works } = this.#request;
		const before = this.#left;
		const tried = this.#closure(part.units);
		const left = new Set([...before, ...tried]);
		let ok: boolean;
		try {
			ok = await works(left);
		} catch (error) {
			this.#parts.push(part);
			if (signal.aborted) return;
			throw error;
		}
		if (ok && this.#left !== before) this.#parts.push(part);
		else if (ok) {
			this.#left = left;
			this.steps.push(left);
			this.#failures = 0;
			if (part.sibling) part.sibling.fails = true;
		} else {
			this.#failures++;
			this.#fail(part);
		}
		this.#reportProgress();
	}

	#fail(part: Part): void {
		const [only] = part.units;
		if (part.units.length === 1 && only !== undefined) {
			this.#need(only);
			return;
		}
		const [first, second] = halves(part.units, this.#request.units);
		const later: Part = { units: second };
		this.#parts.push(later, { units: first, sibling: later });
	}

	/** A trial may have passed by chance. */
	async #confirm(): Promise<void> {
		const asked = this.#left;
		this.#confirmed = asked;
		const { signal, works } = this.#request;
		try {
			if (!(await works(asked)) && !(await works(asked))) this.#isDoubtful = true;
		} catch (error) {
			if (!signal.aborted) throw error;
		}
	}

	/** Marks a unit as needed with everything that it needs. */
	#need(unit: number): void {
		if (this.#needed.has(unit)) return;
		this.#needed.add(unit);
		for (const other of this.#request.units[unit]?.needs ?? []) this.#need(other);
	}

	#isOpen(unit: number): boolean {
		return !this.#needed.has(unit) && !this.#left.has(unit);
	}

	/** Whether no other open unit needs one of these. */
	#isClosed(units: readonly number[]): boolean {
		const inside = new Set(units);
		return units.every((unit) => (this.#by.get(unit) ?? []).every((other) => inside.has(other) || !this.#isOpen(other)));
	}

	/** Returns the units with all open units that need them. */
	#closure(units: readonly number[]): Set<number> {
		const all = new Set(units);
		for (const unit of all) for (const other of this.#by.get(unit) ?? []) if (this.#isOpen(other)) all.add(other);
		return all;
	}

	#reportProgress(): void {
		const parts = this.#parts.map(({ units }) => units.filter((unit) => this.#isOpen(unit)).length).filter(Boolean);
		const open = this.#request.units.length - this.#needed.size - this.#left.size;
		const decided = { kept: this.#needed.size, leftOut: this.#left.size, open };
		const again = this.#isOneByOne ? 0 : this.#needed.size - this.#firm;
		this.#request.onTrial?.({ ...decided, trials: 0, estimated: trialsToCome(decided, parts) + again, left: this.#left });
	}
}
