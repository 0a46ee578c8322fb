import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import type { PartialTrees } from "../../cage/ports.ts";
import type { CageLayout, Sandbox } from "../../launch/ports.ts";
import { sumOf } from "../../plan/minimised.ts";
import { probeUntilAnswered, runExercise } from "../../probe/engine/probing.ts";
import { neighbourPeers } from "../../trace/engine/neighbours.ts";
import { survives } from "../../trace/engine/trace.ts";
import { graceSeconds, watchedRun } from "../../trace/engine/watched-run.ts";
import type { Peer } from "../../trace/trace.ts";
import { findUnneeded, lastThatWorks } from "../search.ts";
import type { FileUnit, SearchOutcome } from "../units.ts";
import { pathsOf, type Subject } from "./subject.ts";

export interface FindOptions {
	/** Number of parallel trials. */
	readonly jobs: number;
	/** Ends the search with the best result so far, which is proven like a final one. */
	readonly stop: AbortSignal;
}

/**
 * Leaves files out of a cage until nothing more can go. Each trial has a sandbox of its own. The result has passed every probe,
 * exercise and signal, and answered after two further starts on the first start's data. Throws `minimise-unanswered` (exit 1) if
 * the complete cage does not answer.
 */
export async function findMinimum(context: Context, subject: Subject, { jobs, stop }: FindOptions): Promise<SearchOutcome> {
	const { machine, signal } = context;
	const { cage, manifest, trace, units } = subject;
	const began = machine.elapsed();
	const peers = await neighbourPeers(context, cage.application, trace);
	await using trees = await machine.store.building.partialTrees(manifest, signal);
	const trials = new Trials(context, subject, trees, peers);
	const asked = await trials.baseline(jobs);
	context.emit({ event: "search-started", jobs });
	const stopped = AbortSignal.any([signal, stop]);
	const search = (open: ReadonlySet<number>, by: RunRequests) =>
		findUnneeded({
			units,
			pinned: new Set([...units.keys()].filter((number) => !open.has(number))),
			jobs,
			signal: stopped,
			works: async (left) => isFine(await trials.tries({ ...context, signal: stopped }, left, by)),
			onTrial: ({ estimated, left, trials: tried, ...decided }) => {
				const rate = (machine.elapsed() - began) / 1000 / trials.count;
				const counts = { trials: trials.count, estimated: trials.count + estimated - tried };
				const secondsLeft = Math.round((estimated - tried) * rate);
				context.emit({ event: "subset-tried", ...counts, ...decided, ...sumOf(chosen(units, left)), secondsLeft });
			},
		});
	const free = new Set([...units.keys()].filter((number) => units[number]?.pin === undefined));
	// An application that starts and answers usually reloads as well. Signals are slow, so they are sent once at the end, and
	// in every trial only if that fails.
	let found = await search(free, { ...asked, signals: [] });
	signal.throwIfAborted();
	let left = (await trials.proves(found.left, asked)) ? found.left : undefined;
	if (!left && asked.signals.length) {
		found = await search(found.left, asked);
		signal.throwIfAborted();
	}
	left ??= (await lastThatWorks(found.steps, (one) => trials.proves(one, asked))) ?? new Set<number>();
	const out = left;
	return {
		left: chosen(units, out),
		kept: units.filter((_, number) => !out.has(number)),
		trials: trials.count,
		seconds: Math.round((machine.elapsed() - began) / 10) / 100,
		isComplete: found.isComplete && out.size === found.left.size,
		exercises: asked.exercises,
		signals: asked.signals,
		uncounted: asked.uncounted,
	};
}

function chosen(units: readonly FileUnit[], numbers: ReadonlySet<number>): FileUnit[] {
	return units.filter((_, number) => numbers.has(number));
}

/** Minimum seconds that a trial waits for an answer, and the factor over the complete cage's time. */
const leastTimeout = 2;
const timesAsLong = 5;

class Trials {
	count = 0;
	readonly #context: Context;
	readonly #subject: Subject;
	readonly #trees: PartialTrees;
	readonly #peers: readonly Peer[];

	constructor(context: Context, subject: Subject, trees: PartialTrees, peers: readonly Peer[]) {
		this.#context = context;
		this.#subject = subject;
		this.#trees = trees;
		this.#peers = peers;
	}

	/** Runs the complete cage `jobs` times in parallel. Whatever fails here says nothing about any file. */
	async baseline(jobs: number): Promise<RunRequests & { readonly uncounted: readonly string[] }> {
		const { cage, exercises } = this.#subject;
		const { timeout } = cage.application;
		const { signals } = cage;
		const all = { exercises, signals, timeout };
		const runs = await Promise.all(Array.from({ length: jobs }, () => this.tries(this.#context, new Set(), all)));
		const failed = runs.find(({ failedProbe }) => failedProbe !== undefined)?.failedProbe;
		if (failed !== undefined) throw new Failure("minimise-unanswered", { name: cage.name, probe: failed }, 1);
		const uncounted = [...new Set(runs.flatMap((run) => [...run.failedExercises, ...run.failedSignals]))];
		for (const command of uncounted)
			this.#context.emit({ event: "warned", code: "minimise-uncounted", values: { command, name: cage.name } });
		const counts = (one: string) => !uncounted.includes(one);
		const slowest = Math.max(...runs.map(({ seconds }) => seconds));
		return {
			exercises: exercises.filter(counts),
			signals: signals.filter(counts),
			timeout: Math.min(timeout, Math.max(leastTimeout, slowest * timesAsLong)),
			uncounted,
		};
	}

	tries(context: Context, left: ReadonlySet<number>, asked: RunRequests): Promise<RunResult> {
		return this.#in(left, (run) => run(context, asked));
	}

	/** Asks everything, then starts twice more on the data of the start before, like a service. */
	proves(left: ReadonlySet<number>, asked: RunRequests): Promise<boolean> {
		const whole = { ...asked, timeout: asked.timeout * 2, endsWell: true };
		return this.#in(left, async (run) => {
			for (const each of [whole, { ...whole, exercises: [], signals: [] }, { ...whole, exercises: [], signals: [] }]) {
				if (!isFine(await run(this.#context, each))) return false;
			}
			return true;
		});
	}

	async #in<T>(
		left: ReadonlySet<number>,
		work: (run: (context: Context, asked: RunRequests) => Promise<RunResult>) => Promise<T>,
	): Promise<T> {
		this.count++;
		const paths = pathsOf(this.#subject.units, left);
		await using tree = await this.#trees.without(paths);
		await using sandbox = await this.#context.machine.launcher.createSandbox(this.#peers);
		return await work((context, asked) => runWithout(context, this.#subject, { root: tree.root, left: paths, sandbox }, asked));
	}
}

/** Requests of one run. */
interface RunRequests {
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** Seconds until every probe must have passed. */
	readonly timeout: number;
	/** Without it, the application gets little time to end, because its last writes are discarded. */
	readonly endsWell?: boolean;
}

interface RunResult {
	/** The first probe that failed. */
	readonly failedProbe?: string;
	/** Empty if a probe failed, because exercises and signals are then skipped. */
	readonly failedExercises: readonly string[];
	readonly failedSignals: readonly string[];
	/** Seconds until every probe had passed. */
	readonly seconds: number;
}

/** A cage without some files, and the sandbox for one run of it. */
interface PartialCage {
	readonly root: Path;
	readonly left: ReadonlySet<Path>;
	readonly sandbox: Sandbox;
}

/** One unwatched run without some files, under every layer and in its own network. Emits no events. */
async function runWithout(
	within: Context,
	{ cage, layout, manifest }: Subject,
	{ left, root, sandbox }: PartialCage,
	{ endsWell = false, exercises, timeout, signals }: RunRequests,
): Promise<RunResult> {
	const context: Context = { ...within, emit() {} };
	// After a signal it gets no more time than at its start, because a worker that aborts and is restarted by its master would
	// answer too.
	const application = { ...cage.application, timeout };
	const here: CageLayout = {
		...layout,
		root,
		temporaryEntries: layout.temporaryEntries.filter(({ path }) => !left.has(path)),
	};
	const launch = { kind: "cage", cage: here, sandbox } as const;
	const { identity } = manifest;
	const watched = { application, identity, launch, number: 1, records: "nothing", grace: endsWell ? graceSeconds : 1 } as const;
	const began = context.machine.elapsed();
	try {
		const { value } = await watchedRun(context, watched, async ({ run }): Promise<RunResult> => {
			const probes = await probeUntilAnswered(context, run, application.probes, { seconds: timeout });
			const seconds = (context.machine.elapsed() - began) / 1000;
			const failed = probes.find(({ ok }) => !ok)?.command;
			const failedExercises: string[] = [];
			const failedSignals: string[] = [];
			if (failed !== undefined) return { failedProbe: failed, failedExercises, failedSignals, seconds };
			for (const line of exercises) {
				if (!(await runExercise(context, run, line, cage.application)).ok) failedExercises.push(line);
			}
			for (const signal of signals) {
				if (!(await survives(context, application, run, signal))) failedSignals.push(signal);
			}
			return { failedExercises, failedSignals, seconds };
		});
		return value;
	} catch (error) {
		// A program that does not start at all is reported by the launcher.
		if (!(error instanceof Failure) || error.code !== "launch-failed") throw error;
		return { failedProbe: application.probes[0] ?? "", failedExercises: [], failedSignals: [], seconds: 0 };
	}
}

function isFine({ failedExercises, failedProbe, failedSignals }: RunResult): boolean {
	return failedProbe === undefined && !failedExercises.length && !failedSignals.length;
}
