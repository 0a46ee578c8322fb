import type { Path } from "../path/path.ts";
import { SharedSets } from "./shared.ts";
import type { Access, Operation, Trace } from "./trace.ts";

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
export class Tally {
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
