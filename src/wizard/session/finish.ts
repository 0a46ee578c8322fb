import type { Cage } from "../../core/cage/cage.ts";
import { countEntries } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import type { Answers } from "../../core/questions/answers.ts";
import { withDepartures } from "../../core/questions/departures.ts";
import { summariseSelftest, type Tested } from "../../core/selftest/verdict.ts";
import { type MadeCage, publish, type RecordWriter, tested } from "../../engine/build/make.ts";
import type { Context } from "../../engine/context.ts";
import { orDiskFull, trialFailure } from "../../engine/trial/failures.ts";
import type { WorkInHand } from "./work-in-hand.ts";

/** Makes the candidate what the cage runs. Throws `cage-not-built` (exit 2), and why a cage that does not answer is not taken. */
export async function publishTried(
	context: Context,
	work: WorkInHand,
	answers: Answers,
	writeRecord: RecordWriter,
): Promise<MadeCage> {
	const { now, store } = context.machine;
	const { cage, manifest, plan } = work.tried();
	const { round } = work;
	if (!round) throw new Failure("cage-not-built", { name: answers.name }, 2);
	if (!round.answered) throw await orDiskFull(store, answers.name, trialFailure(answers.name, round, plan.entries));
	const previous = await store.present(answers.name);
	await store.saveTrace(answers.name, work.traced());
	const { answered, missing } = round;
	const judged = work.tested
		? withVerdict(cage, work.tested, new Date(now()).toISOString())
		: await tested(context, work.current(answers), manifest);
	const made = { cage: judged, plan, manifest, counts: countEntries(manifest), answered, missing };
	const published = await publish(context, made, previous, writeRecord);
	work.candidate = work.round = undefined;
	return published;
}

/** The answers with which the verb makes the cage that the wizard made. */
export function asMade(answers: Answers, { additions, cage, proposed }: WorkInHand): Answers {
	if (!cage) return answers;
	const minimised = cage.minimised ? { ...answers, minimise: { keep: [], keepKinds: [], giveUp: [] } } : answers;
	return withDepartures(withExercises(minimised, cage), { proposed, added: additions, rounds: cage.trials.length });
}

/** What was exercised while tracing belongs to what made the cage. */
function withExercises(answers: Answers, { exercises }: Cage): Answers {
	const { application } = answers;
	const more = exercises.filter((line) => !application.exercises.includes(line));
	return more.length ? { ...answers, application: { ...application, exercises: [...application.exercises, ...more] } } : answers;
}

function withVerdict({ selftest: _, ...cage }: Cage, { test }: Tested, at: string): Cage {
	return test ? { ...cage, selftest: summariseSelftest(test, at) } : cage;
}
