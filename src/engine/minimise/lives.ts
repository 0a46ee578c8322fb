import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import type { Context } from "../context.ts";
import type { CageLayout, Rehearsal } from "../ports.ts";
import { probeUntilAnswered, runExercise } from "../trace/probing.ts";
import { graceSeconds, livesThrough, watchedRun } from "../trace/trace.ts";
import type { Subject } from "./subject.ts";

/** What is asked of the application in one life. */
export interface Asked {
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** Seconds until every probe has passed. */
	readonly patience: number;
	/** Without it, it gets little time to end: what it would write then is thrown away. */
	readonly endsWell?: boolean;
}

export interface Life {
	/** The first that did not pass. */
	readonly failedProbe?: string;
	/** Not asked where a probe failed. */
	readonly failedExercises: readonly string[];
	readonly failedSignals: readonly string[];
	/** Until every probe had passed. */
	readonly seconds: number;
}

/** One life in a tree that lacks some files, under every layer, in a network of its own, unwatched. Tells nobody. */
export async function oneLife(
	within: Context,
	{ cage, layout, manifest }: Subject,
	tree: { readonly root: Path; readonly left: ReadonlySet<Path> },
	rehearsal: Rehearsal,
	{ endsWell = false, exercises, patience, signals }: Asked,
): Promise<Life> {
	const context: Context = { ...within, emit() {} };
	// After a signal it has no more time than at its start: one that aborts and is started anew by its master would answer too.
	const application = { ...cage.application, timeout: patience };
	const here: CageLayout = { ...layout, root: tree.root, kept: layout.kept.filter(({ path }) => !tree.left.has(path)) };
	const launch = { kind: "cage", cage: here, rehearsal } as const;
	const watching = { launch, number: 1, unseen: true, grace: endsWell ? graceSeconds : 1 };
	const began = context.machine.now();
	try {
		const { value } = await watchedRun(context, application, manifest.identity, watching, async (run): Promise<Life> => {
			const probes = await probeUntilAnswered(context, run, application.probes, patience);
			const seconds = (context.machine.now() - began) / 1000;
			const failed = probes.find(({ ok }) => !ok)?.command;
			const failedExercises: string[] = [];
			const failedSignals: string[] = [];
			if (failed !== undefined) return { failedProbe: failed, failedExercises, failedSignals, seconds };
			for (const line of exercises) {
				if (!(await runExercise(context, run, line, cage.application)).ok) failedExercises.push(line);
			}
			for (const signal of signals) {
				if (!(await livesThrough(context, application, run, signal))) failedSignals.push(signal);
			}
			return { failedExercises, failedSignals, seconds };
		});
		return value;
	} catch (error) {
		// A program that does not even start says so where the launcher would.
		if (!(error instanceof Failure) || error.code !== "launch-failed") throw error;
		return { failedProbe: application.probes[0] ?? "", failedExercises: [], failedSignals: [], seconds: 0 };
	}
}

export function isFine({ failedExercises, failedProbe, failedSignals }: Life): boolean {
	return failedProbe === undefined && !failedExercises.length && !failedSignals.length;
}
