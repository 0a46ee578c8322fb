import { userInfo } from "node:os";
import type { Cage } from "../core/cage/cage.ts";
import { Failure } from "../core/failure.ts";
import { pathToText } from "../core/path/path.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Answers } from "../core/questions/answers.ts";
import { equivalentCommand } from "../core/questions/equivalent.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";
import { knownCage } from "../engine/cages.ts";
import type { Context, Machine } from "../engine/context.ts";
import {
	buildStep,
	checkName,
	identityOf,
	type MadeCage,
	makeCage,
	planStep,
	type RecordWriter,
	remedies,
	rounds,
	summarise,
	timed,
	traceStep,
	trialStep,
} from "../engine/make.ts";
import { madeToJson, missingToJson, planToJson, planTotals } from "../report/json.ts";
import { recordMarkdown } from "../report/record.ts";
import { dryRunText, madeText, planText, roundText, traceText } from "../report/text.ts";
import { answersFrom } from "./answers.ts";
import { ask } from "./ask.ts";
import type { ApplicationOptions, ConsentOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

type Options = ApplicationOptions & ConsentOptions;
interface Named {
	readonly target?: string;
	readonly command: readonly string[];
}

/** `make` and its single steps: `trace` begins a cage, `plan`, `build` and `trial` go on with what it stored. */
export async function runStep(terminal: Terminal, step: string, named: Named, options: Options): Promise<number> {
	return terminal.withContext(async (context) => {
		switch (step) {
			case "make":
				return make(terminal, context, await answersOf(context, named, options), options);
			case "trace":
				return trace(terminal, context, await answersOf(context, named, options), options);
			case "plan":
				return plan(terminal, context, named, options);
			case "build":
				return build(terminal, context, named, options);
			default:
				return trial(terminal, context, named, options);
		}
	});
}

async function answersOf(context: Context, { command, target }: Named, options: Options): Promise<Answers> {
	return answersFrom(options, command, target === undefined ? undefined : await templateNamed(context, target));
}

async function templateNamed({ machine }: Context, name: string): Promise<Template> {
	const found = (await machine.store.templates()).find((stored) => stored.template.name === name);
	if (!found) throw new Failure("template-unknown", { name }, 2);
	return found.template;
}

async function make(terminal: Terminal, context: Context, answers: Answers, options: Options): Promise<number> {
	if (!answers.application.probes.length) throw new Failure("no-probe", { command: answers.application.command[0] ?? "" }, 2);
	identityOf(context, answers);
	await checkName(context, answers, options.replace ?? false);
	if (options.dryRun) return dryRun(terminal, context, answers);
	const confirm = async (proposed: Plan) => {
		if (options.yes) return true;
		if (terminal.interactive) {
			terminal.say(planText(proposed, terminal.messages));
			return ask(terminal, terminal.messages.cli.buildQuestion(answers.name));
		}
		terminal.print(
			terminal.options.json
				? JSON.stringify({ schema: "cagewright/plan/1", ...planToJson(proposed) }, null, 2)
				: planText(proposed, terminal.messages),
		);
		throw new Failure("consent-needed", { option: "--yes" }, 2);
	};
	const made = await makeCage(
		context,
		answers,
		{ replace: options.replace ?? false, confirm },
		recordWriter(terminal, context.machine),
	);
	if (!made) {
		terminal.say(terminal.messages.cli.nothingMade);
		return 1;
	}
	show(terminal, context, made);
	return made.answered ? 0 : 1;
}

/** Who runs this, for the record: the account of the login behind sudo counts more than root. */
export function recordWriter(terminal: Terminal, machine: Machine): RecordWriter {
	const user = userInfo().username;
	const behind = process.env.SUDO_USER;
	return (made, history) =>
		recordMarkdown(
			made,
			history,
			{
				root: pathToText(machine.store.root(made.cage.name, made.manifest.generation)) ?? "",
				data: pathToText(machine.store.data(made.cage.name)) ?? "",
				who: behind ? `${behind} (sudo, ${user})` : user,
			},
			terminal.messages,
		);
}

function show(terminal: Terminal, { machine }: Context, made: MadeCage): void {
	const root = pathToText(machine.store.root(made.cage.name, made.manifest.generation)) ?? "";
	const data = pathToText(machine.store.data(made.cage.name)) ?? "";
	if (terminal.options.json) terminal.printJson("make", madeToJson(made, root, data));
	else terminal.print(madeText(made, root, data, terminal.messages));
}

async function dryRun(terminal: Terminal, context: Context, answers: Answers): Promise<number> {
	const base = answers.template === undefined ? undefined : answersFrom({}, [], await templateNamed(context, answers.template));
	const command = equivalentCommand(answers, base);
	if (terminal.options.json)
		terminal.printJson("make", {
			dryRun: true,
			name: answers.name,
			application: answers.application,
			rules: answers.rules,
			command,
		});
	else terminal.print(dryRunText(answers, terminal.state, command, terminal.messages));
	return 0;
}

async function trace(terminal: Terminal, context: Context, answers: Answers, options: Options): Promise<number> {
	const { store } = context.machine;
	identityOf(context, answers);
	await checkName(context, answers, options.replace ?? false);
	if (options.dryRun) return dryRun(terminal, context, answers);
	const lock = await store.lock(answers.name);
	try {
		const { cage, result } = await traceStep(context, answers, {});
		await store.saveTrace(cage.name, result.trace);
		await store.saveCage(cage);
		await store.log(cage.name, "traced", { paths: result.trace.accesses.size, calls: result.trace.calls });
		if (terminal.options.json) {
			terminal.printJson("trace", {
				name: cage.name,
				answered: result.answered,
				paths: result.trace.accesses.size,
				calls: result.trace.calls,
				processes: result.trace.processes,
				probes: result.probes,
				exercises: result.exercises,
				signals: result.signals,
				capabilities: [...result.trace.capabilities.keys()],
				ports: [...result.trace.ports],
				seconds: cage.seconds.trace,
			});
		} else terminal.print(traceText(cage.name, result, terminal.messages));
		return 0;
	} finally {
		await lock.release();
	}
}

interface Traced {
	readonly cage: Cage;
	readonly trace: Trace;
}

/** A cage that `trace` began; rules on the command line are added to its own and kept. */
async function tracedCage(context: Context, { command, target }: Named, options: Options): Promise<Traced> {
	const { store } = context.machine;
	const name = target ?? options.name;
	if (name === undefined || command.length) throw new Failure("cage-name-needed", {}, 2);
	const cage = await knownCage(store, name);
	const stored = await store.trace(name);
	if (!stored) throw new Failure("not-traced", { name }, 2);
	const {
		name: _,
		application,
		rules,
	} = answersFrom(
		{ ...options, name, probe: options.probe ?? [...cage.application.probes] },
		cage.application.command,
		undefined,
	);
	const added = { ...cage.rules };
	for (const key of Object.keys(rules) as (keyof typeof rules)[])
		Object.assign(added, { [key]: [...cage.rules[key], ...rules[key]] });
	return { cage: { ...cage, rules: added, application: { ...cage.application, probes: application.probes } }, trace: stored };
}

async function plan(terminal: Terminal, context: Context, named: Named, options: Options): Promise<number> {
	const { cage, trace: stored } = await tracedCage(context, named, options);
	const proposed = await planStep(context, cage, stored);
	if (!options.dryRun) await context.machine.store.saveCage(cage);
	if (terminal.options.json) terminal.printJson("plan", { name: cage.name, ...planToJson(proposed) });
	else terminal.print(planText(proposed, terminal.messages));
	return 0;
}

async function build(terminal: Terminal, context: Context, named: Named, options: Options): Promise<number> {
	const { store } = context.machine;
	const { cage, trace: stored } = await tracedCage(context, named, options);
	const proposed = await planStep(context, cage, stored);
	if (options.dryRun) {
		terminal.print(planText(proposed, terminal.messages));
		return 0;
	}
	const lock = await store.lock(cage.name);
	try {
		const previous = await store.present(cage.name);
		const { value: candidate, seconds } = await timed(context, "build", () => buildStep(context, cage.name, proposed, previous));
		await store.saveCage({ ...cage, seconds: { ...cage.seconds, build: seconds } });
		await store.publish(cage.name, candidate.manifest.generation);
		await store.log(cage.name, "built", { generation: candidate.manifest.generation, ...planTotals(proposed) });
		const root = pathToText(store.root(cage.name, candidate.manifest.generation)) ?? "";
		if (terminal.options.json)
			terminal.printJson("build", {
				name: cage.name,
				root,
				generation: candidate.manifest.generation,
				unchanged: candidate.unchanged,
				...planTotals(proposed),
				seconds,
			});
		else terminal.print(terminal.messages.cli.built(cage.name, root, candidate.unchanged));
		return 0;
	} finally {
		await lock.release();
	}
}

/** One trial of what is built; with `--yes`, rounds until nothing is missing. */
async function trial(terminal: Terminal, context: Context, named: Named, options: Options): Promise<number> {
	const { store } = context.machine;
	const { cage, trace: stored } = await tracedCage(context, named, options);
	const proposed = await planStep(context, cage, stored);
	const previous = await store.present(cage.name);
	if (previous === undefined) throw new Failure("cage-not-built", { name: cage.name }, 2);
	if (options.dryRun) {
		terminal.print(terminal.messages.cli.wouldTry(cage.name, cage.application.probes));
		return 0;
	}
	const lock = await store.lock(cage.name);
	try {
		if (options.yes) {
			const made = await rounds(
				context,
				{ ...cage, trials: [] },
				proposed,
				stored,
				options.rounds ?? 5,
				previous,
				recordWriter(terminal, context.machine),
			);
			show(terminal, context, made);
			return made.answered ? 0 : 1;
		}
		const manifest = await store.manifest(cage.name, previous);
		if (!manifest) throw new Failure("cage-not-built", { name: cage.name }, 2);
		const tried = await timed(context, "trial", () =>
			trialStep(context, cage, { plan: proposed, manifest, unchanged: true }, stored, 1, 1),
		);
		await store.saveCage({ ...cage, trials: [...cage.trials, summarise(context, tried.value, previous, [])] });
		await store.log(cage.name, "tried", {
			generation: previous,
			answered: tried.value.answered,
			missing: tried.value.missing.length,
		});
		const open = remedies(tried.value, cage.additions);
		if (terminal.options.json) {
			terminal.printJson("trial", {
				name: cage.name,
				answered: tried.value.answered,
				probes: tried.value.probes,
				missing: tried.value.missing.map(missingToJson),
				output: tried.value.output.slice(-2000),
				seconds: tried.seconds,
			});
		} else terminal.print(roundText(cage.name, tried.value, open.length, terminal.messages));
		return tried.value.answered && !open.length ? 0 : 1;
	} finally {
		await lock.release();
	}
}
