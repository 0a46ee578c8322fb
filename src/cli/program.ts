import { CommanderError } from "commander";
import { loadHelp } from "../messages/load.ts";
import { type Language, languageFrom } from "../messages/messages.ts";
import { isGiven, isGlobalOption, takesValue, wantedLanguage } from "./arguments.ts";
import { nameOf, type Perform, Verb } from "./definition.ts";
import { type CommandError, commandError, report, reportLostOutput, reportToMonitoring } from "./errors.ts";
import { verbs } from "./groups.ts";
import { refuseIgnored } from "./option-rules.ts";
import { addGlobalOptions, addTableOptions, addWizardOptions, type GlobalOptions } from "./options.ts";
import { version } from "./version.ts";

export { reportLostOutput };

/**
 * Runs the verb that the arguments name, and turns an error into one line and an exit status. The wizard and the texts of the help are
 * loaded on demand.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
	let status = 0;
	const [word, second] = args.filter((arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1]));
	const named = word === "help" ? second : word;
	const perform: Perform = async (load, ...given) => {
		const [{ openTerminal }, work] = await Promise.all([import("./open-terminal.ts"), load()]);
		status = await work(await openTerminal(global(), verb), ...given);
	};
	const program = createProgram(args, perform, (name) => name === named);
	const global = (): GlobalOptions => program.opts();
	const language = languageFrom(process.env, wantedLanguage(args));
	const verbNamed = (name: string | undefined) => verbs.find((one) => nameOf(one) === name);
	const verb = verbNamed(word);
	const verbName = verb && nameOf(verb);
	try {
		if (args.length === 0 || args.every((arg, index) => isGlobalOption(arg, args[index - 1]))) {
			program.parseOptions([...args]);
			return await (await import("../wizard/verbs/wizard.ts")).wizard(global(), program.opts().resume);
		}
		if (asksForHelp(args, word)) await prepareHelp(program, language);
		// An unknown verb is reported first, whatever else is wrong.
		const isUnknown = named !== undefined && named !== "help" && verbNamed(named) === undefined;
		await program.parseAsync(isUnknown ? [named] : [...args], { from: "user" });
		return status;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return 0;
		const failed =
			error instanceof CommanderError ? await wrongUsage(error, verbName, language) : await commandError(error, global());
		return verbName === "check" && isGiven("--nagios", args) ? reportToMonitoring(failed) : report(failed);
	}
}

async function wrongUsage({ message }: CommanderError, verb: string | undefined, language: Language): Promise<CommandError> {
	const { usageError } = await import("./usage-error.ts");
	return { text: usageError(message, verb, await loadHelp(language)), status: 2 };
}

function asksForHelp(args: readonly string[], word: string | undefined): boolean {
	return word === "help" || isGiven("--help", args) || isGiven("-h", args);
}

async function prepareHelp(program: Verb, language: Language): Promise<void> {
	const { addHelp } = await import("./help.ts");
	addHelp(program, await loadHelp(language));
}

/**
 * Defines verbs, arguments and options without any text: `help.ts` adds those when somebody reads them. An action passes its work to
 * `perform`. Errors are thrown as `CommanderError` instead of printed. Verbs that are not used get no options, because commander takes
 * milliseconds for all of them.
 */
export function createProgram(args: readonly string[], perform: Perform, isUsed = (_verb: string) => true): Verb {
	const program = new Verb("cagewright").exitOverride().configureOutput({ writeErr: () => {} });
	program.version(version);
	program.examples = ["cagewright make redis --yes", "cagewright run redis"];
	addGlobalOptions(program);
	addWizardOptions(program);
	for (const { action, examples, options, usage, ...rules } of verbs) {
		const verb = program.command(usage) as Verb;
		verb.examples = examples.map((example) => `cagewright ${example}`);
		if (!isUsed(verb.name())) continue;
		addTableOptions(verb);
		options?.(verb);
		verb.hook("preAction", () => refuseIgnored(verb, rules)).action(action(perform, args));
	}
	return program;
}
