import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure, type FailureCode } from "../../base/failure.ts";
import { pathToText } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import { readableCage } from "../../cage/engine/cages.ts";
import { hostFacts } from "../../cage/engine/plan-cage.ts";
import { ask } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { foundText, minimisedToJson } from "../../minimise/report/minimise.ts";
import { type FinishedSearch, Search } from "../../minimise/verbs/minimise-search.ts";
import { type Answers, hasProbe } from "../../options/answers.ts";
import { equivalentCommand } from "../../options/equivalent.ts";
import { stateWords } from "../../options/next-steps.ts";
import type { Plan } from "../../plan/plan.ts";
import { planText, planToJson } from "../../plan/report/plan.ts";
import { checkRules } from "../../plan/rules.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import { foundEscape } from "../../selftest/verdict.ts";
import { type CageRequest, startingPoint, storedTemplate } from "../../template/engine/starting-point.ts";
import { requireAccepted } from "../../template/verbs/template.ts";
import { requestForProcess, untilEnter } from "../../trace/verbs/attach.ts";
import { failedAsService } from "../../unit/engine/unit.ts";
import { answersFrom, baseOf } from "../engine/answers.ts";
import type { MadeCage } from "../engine/draft.ts";
import { makeCage } from "../engine/make.ts";
import { checkName, identityOf } from "../engine/steps.ts";
import { isRefused, resolveProbes } from "../engine/try-probe.ts";
import { dryRunText, madeText, madeToJson } from "../report/make.ts";

export async function make(terminal: Terminal, request: CageRequest): Promise<number> {
	const search = new Search(terminal);
	return terminal.withContext(async (context) => {
		const { options } = request;
		const asked = await answersOf(context, request, terminal);
		const answers = { ...asked, requested: await fingerprintOf(context, request, asked.template) };
		// Check everything that the request can have wrong before something is started.
		requireProbe(answers);
		const identity = identityOf(context, answers);
		await checkName(context, answers, options.replace ?? false);
		checkRules(answers.rules, hostFacts(context.machine, answers.application, identity));
		if (options.dryRun) return dryRun(terminal, context, answers);
		const made = await makeCage(
			context,
			answers,
			{
				replace: options.replace ?? false,
				selftest: options.selftest ?? true,
				takeDocumented: options.takeDocumented ?? false,
				confirm: async (plan) => options.yes || confirm(terminal, answers.name, plan),
				...untilEnter(terminal, request),
			},
			recordWriter(terminal),
		);
		if (!made) {
			terminal.say(terminal.messages.cli.nothingMade);
			return 1;
		}
		if (!answers.minimise) return showMade(terminal, context, made);
		const { jobs, selftest, yes } = options;
		// A running application stays in its generation, as after any `make`.
		const how = { exercises: [], jobs, selftest, yes, restart: false };
		const smaller = await search.minimise(context, made.cage.name, answers.minimise, how).catch((error: unknown) => {
			showMade(terminal, context, made);
			throw error;
		});
		return showMade(terminal, context, smaller.result.made ?? made, smaller);
	}, search);
}

/** Equal for requests that make the same cage of the same template. */
async function fingerprintOf({ machine }: Context, { command, options, target }: CageRequest, template: string | undefined) {
	const stored = await storedTemplate(machine.store, template);
	const given = Object.entries(options).filter(([option]) => !["yes", "dryRun", "replace", "selftest"].includes(option));
	return machine.recording.sha256(JSON.stringify([target, command, given.sort(), stored?.hash, stored?.values]));
}

/** Throws `no-probe`, or `probe-refused` or `probe-guess-failed` if the proposed probes did not pass (exit 2). */
export function requireProbe(answers: Answers): void {
	if (hasProbe(answers)) return;
	const { application, notes = [] } = answers;
	const command = application.command[0] ?? "";
	const refused = notes.find(isRefused);
	throw new Failure((refused?.code as FailureCode) ?? "no-probe", { command, ...refused?.values }, 2);
}

/** Shows the plan and asks. If nobody can answer, prints the plan as the result and throws `consent-needed` (exit 2). */
async function confirm(terminal: Terminal, name: string, plan: Plan): Promise<boolean> {
	const text = planText(plan, terminal.messages);
	if (terminal.interactive) {
		terminal.say(text);
		return ask(terminal, terminal.messages.cli.buildQuestion(name));
	}
	terminal.result("plan", { name, ...planToJson(plan) }, () => text);
	throw new Failure("consent-needed", { option: "--yes" }, 2);
}

/** Prints the result. Returns 1 if the application does not answer, also as a service, or something escaped. `smaller` is the result of minimising. */
export function showMade(terminal: Terminal, { machine }: Context, made: MadeCage, smaller?: FinishedSearch): number {
	const isService = servesAsUnit(terminal, made);
	const places = {
		root: pathToText(machine.store.root(made.cage.name, made.manifest.generation)) ?? "",
		data: pathToText(machine.store.data(made.cage.name)) ?? "",
	};
	if (terminal.options.json) {
		const minimised = smaller && { minimised: minimisedToJson(smaller.result) };
		terminal.printJson("make", { ...madeToJson(made, places, terminal.messages), ...minimised });
	} else {
		if (smaller && !smaller.isShown) terminal.print(foundText(smaller.result.subject, smaller.result.found, terminal.messages));
		terminal.print(madeText(made, places, ["cagewright", ...stateWords(terminal.otherState)], terminal.messages));
	}
	return reportEscapes(terminal, made.cage) && made.answered && isService ? 0 : 1;
}

/** Reports a failed unit trial on stderr, even with `--quiet`. */
function servesAsUnit(terminal: Terminal, { cage, manifest }: MadeCage): boolean {
	const failed = failedAsService(cage, manifest.generation);
	if (failed) terminal.say(`cagewright: ${terminal.messages.note(failed.code, failed.values)}`);
	return failed === undefined;
}

/** Reports escapes and findings on stderr, even with `--quiet`. */
export function reportEscapes(terminal: Terminal, cage: Cage): boolean {
	const found = foundEscape(cage);
	if (found) terminal.say(`cagewright: ${terminal.messages.failure(found)}`);
	return found === undefined;
}

interface DryRunOfVerb {
	readonly verb?: "make" | "trace" | "adopt";
	/** What the verb adds to the text, and to the JSON. */
	readonly lines?: readonly string[];
	readonly fields?: object;
}

/** Prints what `make`, `trace`, or `adopt` without a cage would do. */
export async function dryRun(
	terminal: Terminal,
	context: Context,
	answers: Answers,
	{ fields, lines, verb = "make" }: DryRunOfVerb = {},
): Promise<number> {
	const base = await baseOf(context, answers);
	const command = equivalentCommand(answers, base, terminal.otherState, verb === "adopt" ? verb : "make");
	const { application, name, notes = [], rules, unit } = answers;
	return terminal.result(
		verb,
		{
			dryRun: true as const,
			name,
			...omitUndefined({ unit }),
			application,
			rules,
			notes,
			...omitUndefined({ dedicatedAccount: answers.dedicatedAccount }),
			command,
			existing: await existing(context, answers),
			...fields,
		},
		() => dryRunText(answers, { state: terminal.state, command, more: lines }, terminal.messages),
	);
}

/** Whether the cage exists, and whether `make` would get the request that it got last. */
async function existing(
	{ machine }: Context,
	{ name, requested }: Answers,
): Promise<{ generation: number; sameRequest: boolean } | null> {
	const cage = await readableCage(machine.store, name, true);
	const generation = cage && (await machine.store.present(name));
	return generation === undefined ? null : { generation, sameRequest: cage?.requested === requested && requested !== undefined };
}

/** Reads the request. Warns if the target is the name of a template and of a unit. */
export async function answersOf(context: Context, request: CageRequest, terminal: Terminal): Promise<Answers> {
	const { command, options, target } = await requestForProcess(context, request);
	const start =
		target === undefined
			? undefined
			: await startingPoint(context, target, (stored) => requireAccepted(terminal, context, stored));
	if (start?.kind === "template" && start.unit !== undefined) {
		context.emit({ event: "warned", code: "template-not-unit", values: { template: start.template.name, unit: start.unit } });
	}
	const answers = answersFrom(context.machine, options, command, start);
	return start?.kind === "found" && !command.length ? resolveProbes(context, answers, start.ports) : answers;
}
