import { pathToText } from "../../base/path/path.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { planText, planToJson, planTotals } from "../../plan/report/plan.ts";
import type { CageRequest } from "../../template/engine/starting-point.ts";
import { renewUnits } from "../../unit/engine/restart.ts";
import { CageDraft } from "../engine/draft.ts";
import { planStep, warnUnusedAllowances } from "../engine/steps.ts";
import { tracedCage } from "../engine/traced-cage.ts";

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
		warnUnusedAllowances(context, planned);
		const begun = { ...cage, seconds: { ...cage.seconds, build: 0 } };
		const draft = new CageDraft(store, { cage: begun, trace, plan: planned });
		const { manifest, plan, unchanged } = await draft.orUndo(async () => {
			await draft.provideAccount(context);
			const built = await draft.build(context);
			await draft.audit(context);
			const note = () => store.log(cage.name, "built", { generation: built.manifest.generation, ...planTotals(built.plan) });
			await draft.makePresent(context, note);
			await renewUnits(context, cage.name);
			return built;
		});
		const { generation } = manifest;
		const seconds = draft.cage.seconds.build;
		const root = pathToText(store.root(cage.name, generation)) ?? "";
		return terminal.result("build", { name: cage.name, root, generation, unchanged, ...planTotals(plan), seconds }, () =>
			terminal.messages.cli.built(root, unchanged, terminal.commandLine("trial", cage.name)),
		);
	});
}
