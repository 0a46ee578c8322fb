import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText } from "../../base/path/path.ts";
import type { Cage, WatchedFailure, WatchResult } from "../../cage/cage.ts";
import { presentCage, requireTrace, runningIn } from "../../cage/engine/cages.ts";
import { planCage } from "../../cage/engine/plan-cage.ts";
import { additionsFor } from "../../make/engine/remedies.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Trace } from "../../trace/trace.ts";
import { addWatchResults, keyOfFailure, missingInCage } from "../result.ts";

export interface CageWatch {
	readonly watched: WatchResult;
	/** Items that an update would add. */
	readonly missed: readonly Missing[];
	/** The watch was aborted; its observations are stored anyway. */
	readonly interrupted: boolean;
}

/** Milliseconds between checks of what runs, and between stores of the observations. */
const look = 1000;
const keep = 30_000;

/**
 * Watches a cage's running application for failing calls for this many seconds, across restarts and at hardly any cost. Adds the
 * observations to those of earlier watches and stores them however it ends. Throws `cage-not-running` (exit 1) if nothing runs at
 * the beginning, and what the machine's `watchFailures` throws.
 */
export async function watchCage(context: Context, name: string, seconds: number): Promise<CageWatch> {
	const { emit, machine, signal } = context;
	const { store } = machine;
	const { cage } = await presentCage(context, name);
	const trace = await requireTrace(store, name);
	const running = async () => (await runningIn(machine, name)).processes;
	if (!(await running()).length) throw new Failure("cage-not-running", { name }, 1);
	const before = await store.upkeep.watched(name);
	const failures = new Map<string, WatchedFailure>();
	const since = new Date(machine.now()).toISOString();
	const started = machine.elapsed();
	let full = false;
	const ended = new AbortController();
	const watching = await machine.watchFailures({
		cwd: pathFromText(cage.application.cwd),
		onFailure: (failure) => void failures.set(keyOfFailure(failure), failure),
		onFull() {
			full = true;
		},
	});
	void watching.ended.then(() => ended.abort());
	const sum = (): WatchResult =>
		addWatchResults(before, {
			since,
			until: new Date(machine.now()).toISOString(),
			seconds: Math.round((machine.elapsed() - started) / 1000),
			failures: [...failures.values()],
			...(full ? { full } : {}),
		});
	const either = AbortSignal.any([signal, ended.signal]);
	try {
		emit({ event: "watch-started", seconds });
		let kept = started;
		for (let left = seconds * 1000; left > 0 && !either.aborted; left = seconds * 1000 - (machine.elapsed() - started)) {
			watching.watch(await running());
			await machine.sleep(Math.min(look, left), either).catch(() => undefined);
			if (machine.elapsed() - kept < keep) continue;
			kept = machine.elapsed();
			await store.upkeep.saveWatched(name, sum());
		}
	} finally {
		await watching.stop();
		await store.upkeep.saveWatched(name, sum());
	}
	const watched = sum();
	await store.log(name, "watched", { seconds: watched.seconds, failures: watched.failures.length });
	if (!signal.aborted && ended.signal.aborted && machine.elapsed() - started < seconds * 1000 - look)
		throw new Failure("watch-ended", { name }, 1);
	const plan = await planCage(context, cage, trace);
	return { watched, missed: missingInCage(watched, trace, plan, machine.files), interrupted: signal.aborted };
}

/** Missing items that earlier watches observed and the plan does not cover. */
export async function missedOf(
	{ machine }: Pick<Context, "machine">,
	name: string,
	trace: Trace,
	plan: Plan,
): Promise<Missing[]> {
	const watched = await machine.store.upkeep.watched(name);
	return watched === undefined ? [] : missingInCage(watched, trace, plan, machine.files);
}

/** The cage with the remedies for these, as after a trial. */
export function withMissed(cage: Cage, missed: readonly Missing[]): Cage {
	return { ...cage, additions: [...cage.additions, ...additionsFor(missed, cage.additions)] };
}
