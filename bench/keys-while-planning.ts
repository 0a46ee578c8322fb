import { execFileSync } from "node:child_process";
import { ThreadPlanner } from "../src/base/host/thread-planner.ts";
import { type Path, pathFromBytes } from "../src/base/path/path.ts";
import { emptyTrace, type Trace } from "../src/trace/trace.ts";
import { inFolder, type Result, waitedForProcessor } from "./harness.ts";
import { atPlanning } from "./wizard-screen.ts";

const count = 10_000;
const repetitions = 3;
/** Milliseconds between two keys: faster than a held key. */
const every = 15;

interface Watched {
	/** Milliseconds from each key's due time to its picture. */
	readonly first: number[];
	readonly anew: number[];
	readonly entries: number;
	/** Milliseconds of planning. */
	readonly took: number;
}

/**
 * Presses keys all the time while a plan of more real files than the largest cage is made, arrives, and is made again after a
 * decision.
 */
export async function keysWhilePlanning(budget: number): Promise<Result[]> {
	const trace = traceOf(realFiles());
	const results: Result[] = [];
	for (const columns of [80, 200]) {
		const runs: Watched[] = [];
		for (let repetition = 0; repetition < repetitions; repetition++)
			runs.push(await inFolder((state) => watch(columns, trace, state)));
		const [run] = runs;
		const note = `${run?.entries} entries, planned in ${((run?.took ?? 0) / 1000).toFixed(1)} s`;
		const of = (what: string, keys: (one: Watched) => number[]): Result[] => [
			{
				what: `a key ${what}, ${columns} columns`,
				values: runs.flatMap(keys),
				unit: "ms",
				target: { atMost: budget },
				note,
			},
			{
				what: `the slowest key ${what}, ${columns} columns`,
				values: runs.map((one) => Math.max(...keys(one))),
				unit: "ms",
				target: { atMost: budget },
			},
		];
		results.push(...of("while the first plan is made", ({ first }) => first), ...of("while it is made anew", ({ anew }) => anew));
	}
	return results;
}

async function watch(columns: number, trace: Trace, state: string): Promise<Watched> {
	const planner = new ThreadPlanner(state);
	const never = new AbortController().signal;
	let took = 0;
	const screen = atPlanning(columns, async ({ application, name, rules }) => {
		const started = performance.now();
		const plan = await planner.plan({ ...unasked, name, application, rules }, trace, never);
		took = performance.now() - started;
		return plan;
	});
	const { store } = screen;
	const keys: number[] = [];
	let due = performance.now() + every;
	/** Presses each key when it is due, so that waiting for other work counts as a person would notice it. */
	const pressUntil = async (holds: () => boolean): Promise<number[]> => {
		keys.length = 0;
		for (let at = 0, left = 20; left > 0; at++) {
			const waited = waitedForProcessor();
			await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
			const lateness = Math.max(0, performance.now() - due - (waitedForProcessor() - waited));
			keys.push(lateness + (await screen.press(at % 2 ? "k" : "j")));
			due = Math.max(due + every, performance.now() + 1);
			// A few more keys, with the new plan on the screen.
			if (holds()) left--;
		}
		return [...keys];
	};
	try {
		const first = await pressUntil(() => store.state.plan !== undefined && store.state.jobs.plan === undefined);
		const { plan } = store.state;
		// The second group, because the first may ask questions.
		await screen.press("\x1b[Hhj ");
		if (store.state.jobs.plan === undefined) throw new Error("nothing was decided");
		const anew = await pressUntil(() => store.state.plan !== plan && store.state.jobs.plan === undefined);
		return { first, anew, entries: plan?.entries.length ?? 0, took };
	} finally {
		screen.close();
		await planner.close();
	}
}

const unasked = {
	onHost: false,
	additions: [],
	exercises: [],
	signals: [],
	handlesTerm: true,
	madeAt: "2025-01-02T03:04:05.678Z",
	trials: [],
	seconds: { trace: 0, plan: 0, build: 0, trial: 0 },
} as const;

/** Files of a large machine, together with this repository's packages if there are too few. */
function realFiles(): Path[] {
	const found = execFileSync("find", ["/usr", "/etc", "node_modules", "-type", "f"], { maxBuffer: 1e9 });
	const here = process.cwd();
	return pathFromBytes(found)
		.split("\n")
		.filter(Boolean)
		.map((path) => (path.startsWith("/") ? path : `${here}/${path}`) as Path)
		.slice(0, count);
}

function traceOf(paths: readonly Path[]): Trace {
	const trace = emptyTrace();
	const [read, opened, program] = [new Set(["read"] as const), new Set(["openat"]), new Set(["/usr/bin/app" as Path])];
	for (const path of paths) {
		const access = { path, succeeded: read, rootOps: read, failed: new Map(), calls: opened, programs: program };
		trace.accesses.set(path, access);
	}
	return trace;
}
