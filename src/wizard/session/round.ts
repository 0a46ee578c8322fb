import { footprintOf } from "../../core/cage/footprint.ts";
import type { Answers } from "../../core/questions/answers.ts";
import { addSeconds, buildStep, planStep, timed, trialStep } from "../../engine/build/steps.ts";
import type { Context } from "../../engine/context.ts";
import { remedies, summarise } from "../../engine/trial/remedies.ts";
import type { TriedRound } from "./session.ts";
import type { WorkInHand } from "./work-in-hand.ts";

/** One round: builds a candidate from the plan and tries it. `built` is called once the candidate lies on the disk. */
export async function buildAndTry(context: Context, work: WorkInHand, answers: Answers, built: () => void): Promise<TriedRound> {
	const plan = work.plan ?? (await planStep(context, work.current(answers), work.traced()));
	const previous = await context.machine.store.present(answers.name);
	const build = await timed(context, "build", () =>
		buildStep(context, answers.name, plan, work.candidate?.manifest.generation ?? previous),
	);
	const candidate = build.value;
	const { generation } = candidate.manifest;
	if (work.candidate?.manifest.generation !== generation) await work.discardCandidate();
	work.candidate = candidate;
	built();
	const cage = work.current(answers);
	const round = cage.trials.length + 1;
	const tried = await timed(context, "trial", () =>
		trialStep(context, cage, candidate, work.traced(), round, Math.max(answers.rounds, round)),
	);
	work.round = tried.value;
	work.tested = undefined;
	work.proposed = [...work.proposed, ...remedies(tried.value, [...work.additions, ...work.proposed])];
	const seconds = build.seconds + tried.seconds;
	const summary = summarise(context, tried.value, generation, work.accepted, seconds);
	work.cage = {
		...cage,
		footprint: footprintOf(plan, work.traced()),
		trials: [...cage.trials, summary],
		seconds: addSeconds(cage.seconds, build.seconds, tried.seconds),
	};
	work.accepted = [];
	return { ...tried.value, generation, added: summary.added, seconds };
}
