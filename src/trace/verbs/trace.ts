import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { accountNames } from "../../base/machine/accounts.ts";
import type { Cage } from "../../cage/cage.ts";
import { provideStartAccount } from "../../cage/engine/dedicated-account.ts";
import { hostFacts } from "../../cage/engine/plan-cage.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { addedText, addedToJson, coverageText, coverageToJson } from "../../coverage/report/coverage.ts";
import { watchCage } from "../../failure-watch/engine/failure-watch.ts";
import { checkName, identityOf } from "../../make/engine/steps.ts";
import { traceStep } from "../../make/engine/trace-step.ts";
import { refuseCommand, refuseUnused, type TracedCage, tracedCage } from "../../make/engine/traced-cage.ts";
import { watchedText, watchedToJson } from "../../make/report/trial.ts";
import { answersOf, dryRun } from "../../make/verbs/make.ts";
import type { Answers } from "../../options/answers.ts";
import { stateWords } from "../../options/next-steps.ts";
import { checkRules } from "../../plan/rules.ts";
import type { CageRequest } from "../../template/engine/starting-point.ts";
import { untilEnter } from "./attach.ts";

/** Traces the application and stores the result in a new cage, or with `--add` in an existing one. */
export async function trace(terminal: Terminal, request: CageRequest): Promise<number> {
	const { attach, for: seconds } = request.options;
	if (seconds !== undefined && attach === undefined && request.target !== undefined) {
		refuseCommand(request.command, "trace --for");
		refuseUnused(request.options, "trace --for", ["for", "yes", "selftest"], "`trace`");
		return watch(terminal, request.target, seconds);
	}
	const { rounds, selftest } = request.options;
	if (rounds !== undefined) refuseUnused({ rounds }, "trace", [], "`make`");
	if (selftest === false) refuseUnused({ selftest }, "trace", [], "`make`");
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const stored = request.options.add ? await cageToAdd(context, request) : undefined;
		const answers = stored ? answersToAdd(stored.cage, request) : await answersOf(context, request, terminal);
		const identity = identityOf(context, answers);
		await checkName(context, answers, request.options.replace ?? false);
		checkRules(answers.rules, hostFacts(context.machine, answers.application, identity));
		if (request.options.dryRun) return dryRun(terminal, context, answers, { verb: "trace" });
		await using _lock = await store.lock(answers.name);
		const earlier: { earlier?: TracedCage } = stored ? { earlier: stored } : {};
		const options = { ...untilEnter(terminal, request), ...earlier, coverage: true };
		const account = await provideStartAccount(context, answers);
		const { added, cage, reached, result } = await traceStep(context, answers, options).catch(async (error: unknown) => {
			await account.undo();
			throw error;
		});
		await store.saveTrace(cage.name, result.trace);
		await store.saveCage(cage);
		await store.log(cage.name, "traced", { paths: result.trace.accesses.size, calls: result.trace.calls });
		if (terminal.options.json) {
			const { accesses, calls, capabilities, gaps, ports, processes } = result.trace;
			terminal.printJson("trace", {
				name: cage.name,
				answered: result.answered,
				paths: accesses.size,
				calls,
				processes,
				probes: result.probes,
				exercises: result.exercises,
				signals: result.signals,
				capabilities: [...capabilities.keys()],
				ports: [...ports],
				gaps: [...gaps],
				seconds: cage.seconds.trace,
				...(added ? { added: addedToJson(added) } : {}),
				...(reached ? coverageToJson(reached) : {}),
			});
		} else {
			const { messages } = terminal;
			const names = accountNames(context.machine.accounts.users());
			if (added) terminal.print(addedText(added, (uid) => names.get(uid) ?? String(uid), messages));
			if (reached) terminal.print(coverageText(reached, addingTo(terminal, cage.name), messages));
			terminal.print(
				messages.cli.traced(cage.name, result.trace.accesses.size, result.trace.calls, terminal.commandLine("plan", cage.name)),
			);
		}
		return 0;
	});
}

/** Options that would make the added run another application. */
const anotherApplication = ["replace", "user", "cwd", "env", "directory", "network", "calls"] as const;

async function cageToAdd(
	context: Context,
	{ options: { attach: _, for: __, ...options }, ...request }: CageRequest,
): Promise<TracedCage> {
	for (const option of anotherApplication) {
		if (options[option] !== undefined) throw new Failure("add-same-application", { option: `--${option}` }, 2);
	}
	return tracedCage(context, { ...request, options }, "trace --add", ["add", "exercise", "timeout", "onHost", "selftest"]);
}

/** Returns the cage's answers. Given exercises replace its own, which earlier runs already used. */
function answersToAdd(cage: Cage, { options }: CageRequest): Answers {
	const { application, dedicatedAccount, name, notes, onHost, rules, template, unit } = cage;
	const { attach, exercise, for: seconds, timeout = application.timeout } = options;
	return {
		name,
		application: { ...application, timeout, exercises: exercise ?? application.exercises },
		rules,
		onHost: options.onHost ?? onHost,
		rounds: 1,
		...omitUndefined({ template, unit, notes, dedicatedAccount }),
		...(attach === undefined ? {} : { attach: { pid: attach, ...omitUndefined({ seconds }) } }),
	};
}

export function addingTo(terminal: Terminal, name: string): string[] {
	return ["cagewright", ...stateWords(terminal.otherState), "trace", name, "--add"];
}

/** Watches a running cage for files that it misses. Prints the result even if a signal ends it early. */
async function watch(terminal: Terminal, name: string, seconds: number): Promise<number> {
	return terminal.withContext(async (context) => {
		const watched = await watchCage(context, name, seconds);
		const update = terminal.commandLine("update", name, "--take-missed");
		terminal.result("trace", watchedToJson(name, watched), () => watchedText(name, watched, update, terminal.messages));
		context.signal.throwIfAborted();
		return 0;
	});
}
