import type { Path } from "../path/path.ts";
import { addTraces } from "./merge.ts";
import type { Trace } from "./trace.ts";

/** What a run showed that the runs before it had not. */
export interface Added {
	/** Paths that were used and had not been, the first few of `count`. */
	readonly paths: readonly Path[];
	readonly count: number;
	readonly programs: readonly Path[];
	/** Names without `CAP_`, in small letters. */
	readonly capabilities: readonly string[];
	/** E.g. `tcp 80`. */
	readonly ports: readonly string[];
	readonly uids: readonly number[];
}

const mostPaths = 20;

export function addedBy(before: Trace, run: Trace): Added {
	const isUsed = (path: Path) => (before.accesses.get(path)?.succeeded.size ?? 0) > 0;
	const paths = [...run.accesses.values()].flatMap(({ path, succeeded }) => (succeeded.size && !isUsed(path) ? [path] : []));
	return {
		paths: paths.slice(0, mostPaths),
		count: paths.length,
		programs: beyond(before.programs, run.programs),
		capabilities: beyond(new Set(before.capabilities.keys()), new Set(run.capabilities.keys())),
		ports: beyond(before.ports, run.ports),
		uids: beyond(before.uids, run.uids),
	};
}

/** The sum of runs of one application. That a run was watched too late does not matter where another was watched from the start. */
export function addRun(before: Trace, run: Trace): Trace {
	const sum = addTraces(before, run);
	if (!before.gaps.has("start-up") || !run.gaps.has("start-up")) sum.gaps.delete("start-up");
	return sum;
}

export function isNothing({ capabilities, count, ports, programs, uids }: Added): boolean {
	return count + programs.length + capabilities.length + ports.length + uids.length === 0;
}

function beyond<T>(before: ReadonlySet<T>, run: ReadonlySet<T>): T[] {
	return [...run].filter((element) => !before.has(element));
}
