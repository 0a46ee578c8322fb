import type { Path } from "../path/path.ts";
import { own } from "./argument.ts";
import type { Process } from "./process.ts";
import { type Access, emptyTrace, type Operation, type Trace } from "./trace.ts";

/**
 * Small sets that are shared by all who hold the same elements. Tens of thousands of paths are used in a handful of ways, and five
 * sets of its own for each of them was most of the memory of a trace (measured: 214 MB for 65,000 paths, less than half of it shared).
 * What is handed out is never changed.
 */
class SharedSets<T> {
	readonly empty: ReadonlySet<T> = new Set();
	readonly #known = new Map<string, ReadonlySet<T>>();
	/** What became of a set by one more element, so that the common case makes no key. */
	readonly #grown = new Map<ReadonlySet<T>, Map<T, ReadonlySet<T>>>();

	/** The set with one more element. */
	with(set: ReadonlySet<T>, element: T): ReadonlySet<T> {
		if (set.has(element)) return set;
		let grown = this.#grown.get(set);
		if (!grown) {
			grown = new Map();
			this.#grown.set(set, grown);
		}
		const known = grown.get(element);
		if (known) return known;
		const elements = [...set, element];
		const key = elements.map(String).sort().join("\0");
		const shared = this.#known.get(key) ?? new Set(elements);
		this.#known.set(key, shared);
		grown.set(element, shared);
		return shared;
	}
}

/** How many different paths each operation succeeded on; `missing` were only ever asked for and not there. */
export type AccessCounts = Record<Operation, number> & { paths: number; missing: number };

function noCounts(): AccessCounts {
	return {
		paths: 0,
		look: 0,
		read: 0,
		write: 0,
		execute: 0,
		list: 0,
		enter: 0,
		create: 0,
		remove: 0,
		connect: 0,
		listen: 0,
		missing: 0,
	};
}

function isMissing(access: Access): boolean {
	return access.succeeded.size === 0 && access.failed.has("ENOENT");
}

export function countAccesses(trace: Trace): AccessCounts {
	const counts = noCounts();
	for (const access of trace.accesses.values()) {
		counts.paths++;
		for (const operation of access.succeeded) counts[operation]++;
		if (isMissing(access)) counts.missing++;
	}
	return counts;
}

const ring = 20;

/** The same numbers kept up to date while a trace grows, for a display that draws many times a second. */
class Tally {
	readonly counts: AccessCounts = noCounts();
	readonly #newest: Path[] = [];
	readonly #operations = new SharedSets<Operation>();
	/** Most paths that fail do so in one way: those share one map for each way. */
	readonly #failures = new Map<string, ReadonlyMap<string, ReadonlySet<Operation>>>();

	/** The last different paths, newest last; at most 20. */
	get newest(): readonly Path[] {
		return this.#newest;
	}

	appeared(access: Access): void {
		this.counts.paths++;
		this.#newest.push(access.path);
		if (this.#newest.length > ring) this.#newest.shift();
	}

	/** Adds to an access and counts what that changed. */
	succeed(access: Access, operation: Operation): void {
		if (access.succeeded.has(operation)) return;
		if (isMissing(access)) this.counts.missing--;
		access.succeeded = this.#operations.with(access.succeeded, operation);
		this.counts[operation]++;
	}

	fail(access: Access, error: string, operation: Operation): void {
		const operations = access.failed.get(error);
		if (operations?.has(operation)) return;
		if (!operations && error === "ENOENT" && access.succeeded.size === 0) this.counts.missing++;
		const ended = this.#operations.with(operations ?? this.#operations.empty, operation);
		if (access.failed.size) {
			access.failed = new Map([...access.failed, [error, ended]]);
			return;
		}
		const way = `${error} ${operation}`;
		access.failed = this.#failures.get(way) ?? new Map([[error, ended]]);
		this.#failures.set(way, access.failed);
	}

	/** Adds to what an access did as root. */
	actedAsRoot(access: Access, operation: Operation): void {
		access.rootOps = this.#operations.with(access.rootOps, operation);
	}
}

/** So many failed calls are looked back upon; after an error libc itself asks for some message catalogues that are not there. */
const kept = 64;

/** What failed last: paths, and names of calls without one. A ring, because every failing call of a trace passes here. */
export class LastFailures {
	readonly #ring: string[] = [];
	#count = 0;
	#frozen = false;

	add(what: string): void {
		if (!this.#frozen) this.#ring[this.#count++ % kept] = what;
	}

	/** The application's main process is over: what others fail at afterwards was not its end. */
	freeze(): void {
		this.#frozen = true;
	}

	/** Each once, newest last. */
	list(): string[] {
		const start = this.#count % kept;
		const inOrder = this.#count < kept ? this.#ring : [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
		return [...new Set([...inOrder].reverse())].reverse();
	}
}

/** One path of one call: what was done to it, and the error where it failed. */
export interface Touch {
	readonly access: Access;
	readonly operations: readonly Operation[];
	readonly error: string | undefined;
}

/** What one line does to the accesses. Lines that repeat word for word share one, so it remembers for whom it was last applied. */
export interface Effect {
	readonly call: string;
	readonly touches: readonly Touch[];
	/** The working directory that the line shows. */
	readonly cwd: Path | undefined;
	/** True where one of its paths was never touched before. */
	readonly isNew: boolean;
	appliedTo: Path | undefined | false;
	appliedAsRoot: boolean;
}

const maxCalls = 6;
const maxPrograms = 4;
const maxQuietExits = 32;
const maxExits = 100;

const noOperations: ReadonlySet<Operation> = new Set();
const noFailures: Access["failed"] = new Map();

/** Writes into the trace. Everything that is kept is a copy of its own, and everything but the paths is bounded. */
export class Recorder {
	readonly trace: Trace = emptyTrace();
	readonly tally = new Tally();
	readonly failures = new LastFailures();
	readonly #names = new Map<string, string>();
	readonly #calls = new SharedSets<string>();
	readonly #programs = new SharedSets<Path>();
	#quietExits = 0;
	mainPid: number | undefined;
	/** Removed since their owner was changed: what is made there next belongs to who makes it. */
	readonly removed = new WeakSet<Access>();

	access(path: Path): Access {
		const known = this.trace.accesses.get(path);
		if (known) return known;
		const access: Access = {
			path: own(path),
			succeeded: noOperations,
			rootOps: noOperations,
			failed: noFailures,
			calls: this.#calls.empty,
			programs: this.#programs.empty,
		};
		this.trace.accesses.set(access.path, access);
		this.tally.appeared(access);
		return access;
	}

	/** Call and error names are few, so one copy of each does. */
	name(name: string): string {
		const known = this.#names.get(name);
		if (known !== undefined) return known;
		const copy = own(name);
		if (this.#names.size < 1000) this.#names.set(copy, copy);
		return copy;
	}

	apply(effect: Effect, process: Process): void {
		for (const { access, error } of effect.touches) if (error !== undefined) this.failures.add(access.path);
		const asRoot = process.uid.effective === 0;
		if (effect.appliedTo === process.program && effect.appliedAsRoot === asRoot) return;
		effect.appliedTo = process.program;
		effect.appliedAsRoot = asRoot;
		for (const { access, operations, error } of effect.touches) {
			for (const operation of operations) {
				if (error !== undefined) {
					this.tally.fail(access, error, operation);
					// Nobody listens any more, but the file's mode let the process connect (unix(7)).
					if (asRoot && error === "ECONNREFUSED") this.tally.actedAsRoot(access, operation);
					continue;
				}
				this.tally.succeed(access, operation);
				if (operation === "remove") this.removed.add(access);
				if (asRoot) this.tally.actedAsRoot(access, operation);
			}
			if (access.calls.size < maxCalls) access.calls = this.#calls.with(access.calls, effect.call);
			if (process.program !== undefined && access.programs.size < maxPrograms) {
				access.programs = this.#programs.with(access.programs, process.program);
			}
		}
	}

	process(process: Process): void {
		if (process.counted) return;
		process.counted = true;
		this.trace.processes++;
	}

	capability(name: string, call: string, program?: Path): void {
		if (this.trace.capabilities.has(name)) return;
		this.trace.capabilities.set(name, { name, call: this.name(call), ...(program === undefined ? {} : { program }) });
	}

	refusal(call: string, error: string, program?: Path): void {
		this.failures.add(this.name(call));
		const known = this.trace.refusals.get(call);
		if (known) known.count++;
		else {
			const by = program === undefined ? {} : { program };
			this.trace.refusals.set(this.name(call), { call: this.name(call), error: this.name(error), count: 1, ...by });
		}
	}

	/** A server that forks for each request ends many processes well; those tell nothing, so few of them are kept. */
	exit(pid: number, how: string): void {
		const { exits } = this.trace;
		if (pid === this.mainPid) {
			this.failures.freeze();
			exits.unshift({ pid, how });
			return;
		}
		if (exits.length >= maxExits || (how === "exit 0" && this.#quietExits >= maxQuietExits)) return;
		if (how === "exit 0") this.#quietExits++;
		exits.push({ pid, how });
	}
}
