import { type Context, launchMethod } from "../../base/engine/context.ts";
import type { Cage } from "../../cage/cage.ts";
import { presentCage, requireTrace } from "../../cage/engine/cages.ts";
import { CageDraft, type MadeCage, type RecordWriter } from "../../make/engine/draft.ts";
import { rebuild } from "../../make/engine/make.ts";
import { planStep } from "../../make/engine/steps.ts";
import { restartOrRevert, switching } from "../../make/engine/switching.ts";
import { placeOf } from "../../plan/links.ts";
import { isLoaderCache, joinMinimised, type MinimiseRecord } from "../../plan/minimised.ts";
import { requireRunnable } from "../../probe/engine/probing.ts";
import { notRestarted, type RestartResult } from "../../unit/engine/restart.ts";
import type { SearchOutcome } from "../units.ts";
import { type FindOptions, findMinimum } from "./find.ts";
import { type Subject, type SubjectRules, subjectOf } from "./subject.ts";

interface MinimiseOptions extends SubjectRules, FindOptions {
	/** Asked once the result is known; false leaves the cage unchanged. */
	readonly confirm: (found: SearchOutcome, subject: Subject) => Promise<boolean>;
	readonly selftest: boolean;
	/** False leaves running processes in the generation they were started in. */
	readonly restart: boolean;
}

export interface MinimiseResult {
	/** The previous generation. */
	readonly from: number;
	readonly subject: Subject;
	readonly found: SearchOutcome;
	/** Absent if there was nothing to leave out or it was not confirmed. */
	readonly made?: MadeCage;
	readonly restarted: RestartResult;
}

/** The subject of a search, without starting one. Throws `not-traced` (exit 2). */
export async function planMinimise(context: Context, name: string, rules: SubjectRules): Promise<Subject> {
	const present = await presentCage(context, name);
	return subjectOf(context, { ...present, trace: await requireTrace(context.machine.store, name) }, rules);
}

/**
 * Finds the files that nothing needs and builds a generation without them like an update: built, tried, published, and what runs
 * is restarted in it. If an exercise is new to the cage, files that were left out before are tried again. A failure leaves the
 * cage unchanged (`minimise-refused`, `minimise-undone`, exit 1).
 */
export async function minimiseCage(
	context: Context,
	name: string,
	options: MinimiseOptions,
	writeRecord: RecordWriter,
): Promise<MinimiseResult> {
	await using _lock = await context.machine.store.lock(name);
	launchMethod(context, false);
	const present = await presentCage(context, name);
	const { cage, generation: from } = present;
	await requireRunnable(context, { probes: cage.application.probes, exercises: [...cage.exercises, ...options.exercises] });
	const { found, subject } = await search(context, cage, options);
	if (!found.left.length || !(await options.confirm(found, subject))) return { from, subject, found, restarted: notRestarted };
	return await switching(context, present, options.restart, async () => {
		const { trace } = subject;
		const smaller = { ...minimisedCage(context, subject, found), trials: [] };
		const plans = async () => ({ plan: await planStep(context, smaller, trace), trace });
		const made = await rebuild(context, { before: cage, cage: smaller, generation: from }, plans, {
			selftest: options.selftest,
			action: "minimised",
			refusal: "minimise-refused",
			writeRecord,
		});
		const restarted = await restartOrRevert(context, present, options.restart, "minimise-undone");
		return { from, subject, found, made, restarted };
	});
}

/** Searches the cage as it would be built now: usually the present generation, otherwise a temporary one. */
async function search(
	context: Context,
	present: Cage,
	options: MinimiseOptions,
): Promise<{ readonly found: SearchOutcome; readonly subject: Subject }> {
	const { store } = context.machine;
	const trace = await requireTrace(store, present.name);
	const { minimised: _, ...every } = present;
	const isNew = options.exercises.some((line) => !present.exercises.includes(line));
	const cage = isNew ? every : present;
	const draft = new CageDraft(store, { cage, trace });
	try {
		await draft.build(context);
		await draft.audit(context);
		const subject = await subjectOf(context, { ...draft.built(), cage, trace }, options);
		return { subject, found: await findMinimum(context, subject, options) };
	} finally {
		await draft.undo();
	}
}

/** The cage without the files, with the exercises of the search. */
export function minimisedCage({ machine }: Context, subject: Subject, found: SearchOutcome): Cage {
	const { cage, manifest } = subject;
	const { exercises, isComplete, left, signals, trials } = found;
	const paths = left.flatMap(({ links, path }) => [path, ...links]);
	const cache = manifest.entries.find((entry) => isLoaderCache(entry) && paths.includes(entry.path));
	const minimised: MinimiseRecord = {
		at: new Date(machine.now()).toISOString(),
		probes: cage.application.probes.length,
		exercises: exercises.length,
		signals: signals.length,
		trials,
		isComplete,
		paths,
		...(cache ? { cacheBytes: cache.size } : {}),
	};
	const out = new Set(paths);
	return {
		...cage,
		application: { ...cage.application, exercises: [...subject.exercises] },
		exercises: [...exercises],
		// Drop additions of earlier trials that the search proved unnecessary.
		additions: cage.additions.filter((one) => one.kind !== "path" || !out.has(placeOf(one.path, machine.files))),
		minimised: joinMinimised(cage.minimised, new Set(manifest.entries.map(({ path }) => path)), minimised),
	};
}
