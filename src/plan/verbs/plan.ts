import { quoteShell } from "../../base/path/quote.ts";
import { comparePlanWithManifest } from "../../cage/difference.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { coverageText, coverageToJson } from "../../coverage/report/coverage.ts";
import { planStep, takeDocumented, warnUnusedAllowances } from "../../make/engine/steps.ts";
import { tracedCage } from "../../make/engine/traced-cage.ts";
import { tracedSteps } from "../../options/options.ts";
import type { Rules } from "../../service/application.ts";
import type { CageRequest } from "../../template/engine/starting-point.ts";
import { coverageOf } from "../../trace/engine/coverage.ts";
import { addingTo } from "../../trace/verbs/trace.ts";
import { planDifferenceText, planDifferenceToJson, planText, planToJson } from "../report/plan.ts";

/**
 * Shows the plan and its difference from the present generation. Stores the rules that were given; what `--take-documented` adds is
 * only shown.
 */
export async function plan(terminal: Terminal, request: CageRequest): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const { cage: requested, trace } = await tracedCage(context, request, "plan", tracedSteps.plan);
		const cage = request.options.takeDocumented ? await takeDocumented(context, requested, trace) : requested;
		const proposed = await planStep(context, cage, trace);
		warnUnusedAllowances(context, proposed);
		const present = await store.present(cage.name);
		const manifest = present === undefined ? undefined : await store.manifest(cage.name, present);
		const difference = manifest && comparePlanWithManifest(proposed, manifest);
		const reached = await coverageOf(context, cage, trace);
		// Last, because the steps above refuse rules that make no cage.
		if (!request.options.dryRun) {
			await using _lock = await store.lock(cage.name);
			await store.saveCage(requested);
		}
		const options = addedOptions(cage.rules, requested.rules);
		if (options.length) context.emit({ event: "warned", code: "documented-not-stored", values: { options: options.join(" ") } });
		if (terminal.options.json) {
			const compared = difference ? { comparedWith: present, difference: planDifferenceToJson(difference) } : {};
			terminal.printJson("plan", { name: cage.name, ...planToJson(proposed), ...compared, ...coverageToJson(reached) });
		} else {
			terminal.print(planText(proposed, terminal.messages));
			terminal.print(coverageText(reached, addingTo(terminal, cage.name), terminal.messages));
			if (difference && present !== undefined) terminal.print(planDifferenceText(difference, present, terminal.messages));
		}
		return 0;
	});
}

/** The options that take what the documentation names. */
function addedOptions(taken: Rules, asked: Rules): string[] {
	return (["include", "writable"] as const).flatMap((rule) =>
		taken[rule].filter((value) => !asked[rule].includes(value)).map((value) => `--${rule} ${quoteShell(value)}`),
	);
}
