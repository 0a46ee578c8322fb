import { omitUndefined } from "../base/collections.ts";
import type { Path } from "../base/path/path.ts";
import { own } from "./argument.ts";
import type { Process } from "./process.ts";
import { type Access, emptyTrace, type Operation, operations, type Trace } from "./trace.ts";

/** Returns a new set, because sets of accesses may be shared. */
function grown<T>(set: ReadonlySet<T>, element: T): ReadonlySet<T> {
	return set.has(element) ? set : new Set([...set, element]);
}

/** Number of distinct paths per operation. `missing` counts paths that only ever failed with ENOENT. */
export type AccessCounts = Record<Operation, number> & { paths: number; missing: number };

function noCounts(): AccessCounts {
	return Object.fromEntries([...operations, "paths", "missing"].map((name) => [name, 0])) as AccessCounts;
}

function isMissing(access: Access): boolean {
	return access.succeeded.size === 0 && access.failed.has("ENOENT");
}

const maxNewest = 20;

/** Keeps the counts up to date while a trace grows, because the live display reads them often. */
class Tally {
	readonly counts: AccessCounts = noCounts();
	readonly #newest: Path[] = [];

	/** The latest distinct paths, newest last, at most 20. */
	get newest(): readonly Path[] {
		return this.#newest;
	}

	appeared(access: Access): void {
		this.counts.paths++;
		this.#newest.push(access.path);
		if (this.#newest.length > maxNewest) this.#newest.shift();
	}

	succeed(access: Access, operation: Operation): void {
		if (access.succeeded.has(operation)) return;
		if (isMissing(access)) this.counts.missing--;
		access.succeeded = grown(access.succeeded, operation);
		this.counts[operation]++;
	}

	forget(access: Access, operation: Operation): void {
		access.succeeded = new Set([...access.succeeded].filter((one) => one !== operation));
		this.counts[operation]--;
	}

	fail(access: Access, error: string, operation: Operation): void {
		const operations = access.failed.get(error);
		if (operations?.has(operation)) return;
		if (!operations && error === "ENOENT" && access.succeeded.size === 0) this.counts.missing++;
		access.failed = new Map([...access.failed, [error, grown(operations ?? noOperations, operation)]]);
	}
}

/** Number of failed calls that are kept. After an error, libc itself looks for some message catalogues in vain. */
const maxKeptFailures = 64;

/** A ring of the last failures: paths, and names of calls without a path. */
export class LastFailures {
	readonly #ring: string[] = [];
	#count = 0;
	#frozen = false;

	add(what: string): void {
		if (!this.#frozen) this.#ring[this.#count++ % maxKeptFailures] = what;
	}

	/** The main process has failed: later failures of other processes did not cause that. */
	freeze(): void {
		this.#frozen = true;
	}

	/** Returns each failure once, newest last. */
	list(): string[] {
		const start = this.#count % maxKeptFailures;
		const inOrder = this.#count < maxKeptFailures ? this.#ring : [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
		return [...new Set([...inOrder].reverse())].reverse();
	}
}

/** One path of one call: the operations, and the error if it failed. */
export interface Touch {
	readonly access: Access;
	readonly operations: readonly Operation[];
	readonly error: string | undefined;
}

/**
 * The effect of one line on the accesses. Identical lines share one effect, which remembers the process that it was last applied to.
 */
export interface Effect {
	readonly call: string;
	readonly touches: readonly Touch[];
	/** The working directory that the line shows. */
	readonly cwd: Path | undefined;
	/** True if one of its paths is new. */
	readonly isNew: boolean;
	appliedTo: Path | undefined | false;
	appliedAsRoot: boolean;
}

export function effect(call: string, touches: readonly Touch[], isNew: boolean, cwd?: Path): Effect {
	return { call, touches, cwd, isNew, appliedTo: false, appliedAsRoot: false };
}

const maxNames = 1000;
const maxCalls = 6;
const maxPrograms = 4;
const maxQuietExits = 32;
const maxExits = 100;

const noOperations: ReadonlySet<Operation> = new Set();
const noFailures: Access["failed"] = new Map();

/** Writes into the trace. Copies what it keeps, and bounds everything except the number of paths. */
export class Recorder {
	readonly trace: Trace = emptyTrace();
	readonly tally = new Tally();
	readonly failures = new LastFailures();
	readonly #names = new Map<string, string>();
	#quietExits = 0;
	mainPid: number | undefined;
	/** Removed after a change of owner: the next file of that name belongs to its creator. */
	readonly removed = new WeakSet<Access>();
	/** The uids of those who created files, other than root. */
	readonly creators = new WeakMap<Access, number>();

	access(path: Path): Access {
		const known = this.trace.accesses.get(path);
		if (known) return known;
		const access: Access = {
			path: own(path),
			succeeded: noOperations,
			rootOps: noOperations,
			failed: noFailures,
			calls: new Set(),
			programs: new Set(),
		};
		this.trace.accesses.set(access.path, access);
		this.tally.appeared(access);
		return access;
	}

	/** Clients find a socket by its last name: many daemons bind a temporary one, and rename it when they listen. */
	renamed(from: Path, to: Path): void {
		const before = this.trace.accesses.get(from);
		if (!before?.succeeded.has("listen")) return;
		const after = this.access(to);
		this.tally.succeed(after, "listen");
		if (before.rootOps.has("listen")) after.rootOps = grown(after.rootOps, "listen");
		this.tally.forget(before, "listen");
	}

	/** There are few call and error names, so that one copy of each suffices. */
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
		if (!asRoot) this.#created(effect, process.uid.effective);
		if (effect.appliedTo === process.program && effect.appliedAsRoot === asRoot) return;
		effect.appliedTo = process.program;
		effect.appliedAsRoot = asRoot;
		for (const { access, operations, error } of effect.touches) {
			for (const operation of operations) {
				if (error !== undefined) {
					this.tally.fail(access, error, operation);
					// Nobody listens any more, but the file's mode let the process connect (unix(7)).
					if (asRoot && error === "ECONNREFUSED") access.rootOps = grown(access.rootOps, operation);
					continue;
				}
				this.tally.succeed(access, operation);
				if (operation === "remove") {
					this.removed.add(access);
					this.creators.delete(access);
				}
				if (asRoot) access.rootOps = grown(access.rootOps, operation);
			}
			if (access.calls.size < maxCalls) access.calls = grown(access.calls, effect.call);
			if (process.program !== undefined && access.programs.size < maxPrograms) {
				access.programs = grown(access.programs, process.program);
			}
		}
	}

	/** A file that existed before belongs to somebody else. */
	#created({ touches }: Effect, uid: number): void {
		for (const { access, error, operations } of touches) {
			const makes = operations.includes("create") || operations.includes("listen");
			if (error === undefined && makes && (!access.succeeded.size || this.removed.has(access))) this.creators.set(access, uid);
		}
	}

	systemCall(name: string): void {
		const { trace } = this;
		trace.systemCalls ??= new Set();
		// Bounded, because a call without a name is shown by the number that the program chose.
		if (!trace.systemCalls.has(name) && trace.systemCalls.size < maxNames)
			trace.systemCalls = grown(trace.systemCalls, this.name(name));
	}

	process(process: Process): void {
		if (process.counted) return;
		process.counted = true;
		this.trace.processes++;
	}

	program({ pid }: Process, program: Path): void {
		this.trace.programs.add(program);
		if (pid === this.mainPid) this.trace.mainPrograms.add(program);
	}

	capability(name: string, call: string, program?: Path): void {
		if (this.trace.capabilities.has(name)) return;
		this.trace.capabilities.set(name, { name, call: this.name(call), ...omitUndefined({ program }) });
	}

	refusal(call: string, error: string, program?: Path): void {
		this.failures.add(this.name(call));
		const known = this.trace.refusals.get(call);
		if (known) {
			known.count++;
			return;
		}
		const by = program === undefined ? {} : { program };
		this.trace.refusals.set(this.name(call), { call: this.name(call), error: this.name(error), count: 1, ...by });
	}

	/** A server that forks for each request has many processes that exit with 0. Only a few of these are kept. */
	exit(pid: number, how: string): void {
		const { exits } = this.trace;
		if (pid === this.mainPid) {
			// A daemon goes into the background: its parent exits with 0 before the work begins.
			if (how !== "exit 0") this.failures.freeze();
			exits.unshift({ pid, how });
			return;
		}
		if (exits.length >= maxExits || (how === "exit 0" && this.#quietExits >= maxQuietExits)) return;
		if (how === "exit 0") this.#quietExits++;
		exits.push({ pid, how });
	}
}
