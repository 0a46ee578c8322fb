import { footprintOf } from "../core/cage/footprint.ts";
import { pathToText } from "../core/path/path.ts";
import { withOwnAccount } from "../engine/build/make.ts";
import { buildAudited, planStep, timed, warnUnusedAllowances, withState } from "../engine/build/steps.ts";
import { makePresent } from "../engine/build/switching.ts";
import type { CageRequest } from "../engine/choose/starting-point.ts";
import { tracedCage } from "../engine/choose/traced-cage.ts";
import { planText, planToJson, planTotals } from "../report/plan.ts";
import type { Terminal } from "./terminal.ts";

/** Builds a generation from the plan and switches to it without a trial. */
export async function build(terminal: Terminal, request: CageRequest): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const { cage, trace } = await tracedCage(context, request, "build");
		const planned = await planStep(context, cage, trace);
		if (request.options.dryRun) {
			return terminal.result("build", { dryRun: true, name: cage.name, ...planToJson(planned) }, () =>
				planText(planned, terminal.messages),
			);
		}
		await using _lock = await store.lock(cage.name);
		const previous = await store.present(cage.name);
		warnUnusedAllowances(context, planned);
		const { seconds, value } = await timed(context, "build", () =>
			withOwnAccount(context, cage, planned, trace, previous, async (plan) => ({
				plan,
				candidate: await buildAudited(context, cage, plan, previous),
			})),
		);
		const { candidate, plan } = value;
		const { generation } = candidate.manifest;
		const footprint = footprintOf(plan, trace);
		const { unchanged } = candidate;
		const made = { ...withState(cage, plan), footprint, seconds: { ...cage.seconds, build: seconds } };
		await makePresent(context, made, generation, {
			note: () => store.log(cage.name, "built", { generation, ...planTotals(plan) }),
			giveUp: () => (unchanged ? Promise.resolve() : store.building.discard(cage.name, generation)),
		});
		const root = pathToText(store.root(cage.name, generation)) ?? "";
		return terminal.result("build", { name: cage.name, root, generation, unchanged, ...planTotals(plan), seconds }, () =>
			terminal.messages.cli.built(root, unchanged, terminal.commandLine("trial", cage.name)),
		);
	});
}
