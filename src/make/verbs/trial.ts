import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { defaultRounds } from "../../options/answers.ts";
import { tracedSteps } from "../../options/options.ts";
import { missingToJson } from "../../plan/report/missing.ts";
import { measuredAlarms } from "../../record/record.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import { selftestToMadeJson } from "../../selftest/report/selftest.ts";
import type { CageRequest } from "../../template/engine/starting-point.ts";
import { warnOfKill } from "../../unit/engine/unit.ts";
import { CageDraft } from "../engine/draft.ts";
import { runRounds, tryPresent } from "../engine/make.ts";
import { remedies } from "../engine/remedies.ts";
import { planStep } from "../engine/steps.ts";
import { refuseUnused, tracedCage } from "../engine/traced-cage.ts";
import { unitTrialStep } from "../engine/unit-trial.ts";
import { roundText, unitTrialText } from "../report/trial.ts";
import { reportEscapes, showMade } from "./make.ts";

/** Tests the present generation once. `--yes` adds missing items, rebuilds and repeats. */
export async function trial(terminal: Terminal, request: CageRequest): Promise<number> {
	return terminal.withContext(async (context) => {
		if (request.options.unit || request.options.dropin !== undefined) return asService(terminal, context, request);
		const { store } = context.machine;
		const { cage, trace } = await tracedCage(context, request, "trial", tracedSteps.trial);
		if (request.options.rounds !== undefined && !request.options.yes)
			throw new Failure("option-without", { option: "--rounds", needs: "--yes" }, 2);
		const plan = await planStep(context, cage, trace);
		const present = await store.present(cage.name);
		const manifest = present === undefined ? undefined : await store.manifest(cage.name, present);
		if (present === undefined || !manifest) throw new Failure("cage-not-built", { name: cage.name }, 2);
		if (request.options.dryRun) {
			const { probes } = cage.application;
			return terminal.result("trial", { dryRun: true, name: cage.name, generation: present, probes }, () =>
				terminal.messages.cli.wouldTry(cage.name, probes),
			);
		}
		await using _lock = await store.lock(cage.name);
		if (request.options.yes) {
			const draft = new CageDraft(store, { cage: { ...cage, trials: [] }, trace, plan });
			const most = request.options.rounds ?? defaultRounds;
			const { selftest } = request.options;
			const made = await runRounds(context, draft, { most, writeRecord: recordWriter(terminal), selftest });
			return showMade(terminal, context, made);
		}
		const wanted = request.options.selftest ?? true;
		const { cage: tried, round, seconds } = await tryPresent(context, { cage, manifest, plan, trace }, wanted);
		const open = remedies(round, cage.additions).length;
		if (terminal.options.json) {
			const { answered, missing, output, probes } = round;
			terminal.printJson("trial", {
				name: cage.name,
				answered,
				probes,
				missing: missing.map(missingToJson),
				output: output.slice(-2000),
				selftest: selftestToMadeJson(tried.selftest, measuredAlarms({ cage: tried, manifest })),
				generation: present,
				seconds,
			});
		} else terminal.print(roundText(cage.name, round, { generation: present, seconds, open }, terminal.messages));
		return round.answered && !open && reportEscapes(terminal, tried) ? 0 : 1;
	});
}

/** Tests the present generation once, as a systemd service. */
async function asService(terminal: Terminal, context: Context, request: CageRequest): Promise<number> {
	const { cage } = await tracedCage(context, request, "trial", tracedSteps.trial);
	const verb = request.options.unit ? "trial --unit" : "trial --dropin";
	refuseUnused(request.options, verb, ["name", "unit", "dropin", "selftest"], "`trial`");
	await using _lock = await context.machine.store.lock(cage.name);
	const tried = await unitTrialStep(context, cage.name, request.options.dropin);
	terminal.result("trial", { name: cage.name, ...tried }, () => unitTrialText(tried, terminal.messages));
	if (tried.killedFor !== undefined) warnOfKill(context, cage.name, tried.unit, tried.killedFor);
	return tried.answered ? 0 : 1;
}
