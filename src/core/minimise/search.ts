import { dependents, halves, inOrder, type Unit } from "./units.ts";

type Works = (left: ReadonlySet<number>) => Promise<boolean>;

/** The furthest of sets that grow which works, found by halving; undefined where none does. Whatever comes back was asked for and worked. */
export async function lastThatWorks(
	steps: readonly ReadonlySet<number>[],
	works: Works,
): Promise<ReadonlySet<number> | undefined> {
	let found: ReadonlySet<number> | undefined;
	let [from, to] = [0, steps.length - 1];
	// Mostly it is the last one.
	for (let at = to; from <= to; at = (from + to) >> 1) {
		const step = steps[at];
		if (step && (await works(step))) {
			found = step;
			from = at + 1;
		} else to = at - 1;
	}
	return found;
}

/** How far a search is, in units. */
interface Decided {
	readonly kept: number;
	readonly leftOut: number;
	readonly open: number;
}

/** How far the search for what nothing needs is. */
export interface Minimising extends Decided {
	/** Trials so far, and in all as far as that can be told. */
	readonly trials: number;
	readonly estimated: number;
	/** Of what is left out so far. */
	readonly files: number;
	readonly bytes: number;
	readonly secondsLeft?: number;
}

/** How many more trials it takes for parts of these sizes, if they hold as many needed units as what was decided until now. */
export function trialsToCome({ kept, leftOut }: Decided, parts: readonly number[]): number {
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
	/** What stays whatever a trial says. */
	readonly pinned: ReadonlySet<number>;
	/** Whether the application does all that is asked of it without these units. Asked for several sets at a time. */
	readonly works: Works;
	/** Trials side by side. */
	readonly jobs: number;
	/** Ends the search with what it has found so far. */
	readonly signal: AbortSignal;
	readonly onTrial?: (progress: SearchProgress) => void;
}

export interface SearchProgress extends Decided {
	readonly trials: number;
	/** In all, as far as that can be told from what was found until now. */
	readonly estimated: number;
	readonly left: ReadonlySet<number>;
}

interface SearchResult {
	/** The application worked without these. */
	readonly left: ReadonlySet<number>;
	/** How it came to that: each set was tried and worked, and holds the one before. */
	readonly steps: readonly ReadonlySet<number>[];
	readonly trials: number;
	/** False where it was stopped before each unit was decided. */
	readonly isComplete: boolean;
}

/** So often a search begins anew where what had worked works no more. */
const maxDoubts = 3;
/** So often what is left is tried again, one by one. */
const maxPasses = 4;

/**
 * Which units nothing needs. Leaves out as many at once as it can and halves what cannot be left out: with k needed units among n that takes
 * about k·log2(n/k) trials. Then each that is left is tried once more by itself, until nothing more goes: a module may be needed only by a setting that
 * went later, and an unsteady trial may have failed for another reason. What such a trial lets through once is noticed when nothing works any more, and
 * taken back.
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
	for (let pass = 0; ; pass++) {
		const run = new Run(counted, steps, pass > 0);
		const { isDoubtful } = await run.end();
		const hasMore = run.steps.length > steps.length;
		steps = run.steps;
		if (isDoubtful) {
			const last = await lastThatWorks(steps.slice(0, -1), counted.works);
			steps = steps.slice(0, last === undefined ? 0 : steps.indexOf(last) + 1);
			// From the beginning.
			pass = -1;
			if (doubts++ < maxDoubts) continue;
		} else if (run.isComplete && (hasMore || pass === 0) && pass < maxPasses) continue;
		return { left: steps.at(-1) ?? new Set(), steps, trials, isComplete: !isDoubtful && run.isComplete };
	}
}

interface Part {
	readonly units: readonly number[];
	/** The other half of what failed: if this one can go, that one cannot. */
	readonly sibling?: Part;
	/** Known without a trial, as long as none of its units was decided otherwise. */
	fails?: true;
}

/** After so many failures in a row it is asked whether what was left out so far still can be. */
const doubtAfter = 12;

class Run {
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
	/** Each unit by itself, not halves. */
	readonly #isOneByOne: boolean;
	/** How many units stay without a trial. */
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
		const open = inOrder(
			units,
			[...units.keys()].filter((unit) => this.#isOpen(unit)),
		);
		// The last part is taken first.
		if (isOneByOne) this.#parts.push(...open.reverse().map((unit) => ({ units: [unit] })));
		else if (open.length) this.#parts.push({ units: open });
	}

	get isComplete(): boolean {
		return !this.#parts.length;
	}

	async end(): Promise<{ isDoubtful: boolean }> {
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

	/** The latest part that can be tried by itself; those about which there is nothing to ask are settled on the way. */
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
		this.#tell();
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

	/** A trial that passed once may have done so by chance. */
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

	/** With all that it cannot do without. */
	#need(unit: number): void {
		if (this.#needed.has(unit)) return;
		this.#needed.add(unit);
		for (const other of this.#request.units[unit]?.needs ?? []) this.#need(other);
	}

	#isOpen(unit: number): boolean {
		return !this.#needed.has(unit) && !this.#left.has(unit);
	}

	/** Nothing that is still open beside them needs one of them. */
	#isClosed(units: readonly number[]): boolean {
		const inside = new Set(units);
		return units.every((unit) => (this.#by.get(unit) ?? []).every((other) => inside.has(other) || !this.#isOpen(other)));
	}

	/** With all that could not do without one of them. */
	#closure(units: readonly number[]): Set<number> {
		const all = new Set(units);
		for (const unit of all) for (const other of this.#by.get(unit) ?? []) if (this.#isOpen(other)) all.add(other);
		return all;
	}

	#tell(): void {
		const parts = this.#parts.map(({ units }) => units.filter((unit) => this.#isOpen(unit)).length).filter(Boolean);
		const open = this.#request.units.length - this.#needed.size - this.#left.size;
		const decided = { kept: this.#needed.size, leftOut: this.#left.size, open };
		const again = this.#isOneByOne ? 0 : this.#needed.size - this.#firm;
		this.#request.onTrial?.({ ...decided, trials: 0, estimated: trialsToCome(decided, parts) + again, left: this.#left });
	}
}
