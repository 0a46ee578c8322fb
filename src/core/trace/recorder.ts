import type { Path } from "../path/path.ts";
import { own } from "./argument.ts";
import { Tally } from "./counts.ts";
import { LastFailures } from "./last-failures.ts";
import type { Process } from "./process.ts";
import { SharedSets } from "./shared.ts";
import { type Access, emptyTrace, type Operation, type Trace } from "./trace.ts";

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
