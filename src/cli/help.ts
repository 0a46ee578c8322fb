import type { Command, Help } from "commander";
import { optionGroup, stepVerbs } from "../core/questions/options.ts";
import { commanderDe, helpDe, seeHelpDe, similarDe, usageDe } from "../messages/de/help.ts";
import { helpEn } from "../messages/en/help.ts";
import type { Language } from "../messages/messages.ts";

type Texts = Readonly<Record<string, string>>;

/** Gives every verb and option its sentence, and the many options of a step headings. What means the same in several verbs has one sentence for all. */
export function addHelp(program: Command, language: Language): void {
	const help = language === "de" ? helpDe : helpEn;
	const verbs: Readonly<Record<string, Texts>> = help.verbs;
	const shared: Texts = help.options;
	const steps: readonly string[] = stepVerbs;
	for (const command of [program, ...program.commands]) {
		const own = verbs[command.name()] ?? {};
		command.description(own.about ?? help.program);
		for (const option of command.options) {
			const name = option.attributeName();
			option.description = own[name] ?? shared[name] ?? "";
			const group = steps.includes(command.name()) ? optionGroup(name) : undefined;
			if (group) option.helpGroup(help.groups[group]);
		}
		command.helpOption("-h, --help", help.options.help);
		if (language === "de") inGerman(command, commanderDe);
	}
	program.helpCommand("help [command]", help.options.help);
}

function inGerman(command: Command, words: Texts): void {
	const say = (text: string) => words[text] ?? text;
	command.configureHelp({
		...command.configureHelp(),
		styleTitle: say,
		optionDescription(option) {
			const more = [
				...(option.argChoices?.length ? [`${say("choices")}: ${option.argChoices.join(", ")}`] : []),
				...(typeof option.defaultValue === "string" ? [`${say("default")}: ${option.defaultValue}`] : []),
			];
			return more.length ? `${option.description} (${more.join("; ")})` : option.description;
		},
	} satisfies Partial<Help>);
}

/** Examples behind the help. What commander complains of is thrown instead of printed. */
export function withExamples(command: Command, examples: readonly string[]): Command {
	const lines = examples.map((line) => `  ${line}\n`).join("");
	// The program alone knows the language.
	const title = () => (command.parent ?? command).createHelp().styleTitle("Example:");
	return command
		.exitOverride()
		.configureOutput({ writeErr: () => {} })
		.addHelpText("after", () => `\n${title()}\n${lines}`);
}

/** One line about what is wrong with the arguments, of what commander says of it. */
export function usageError(message: string, language: Language): string {
	const problem = message.replace(/^error: /, "").replace(/\n/g, " ");
	if (language === "en") return `${problem} See: cagewright --help`;
	const said = [usageDe, similarDe].reduce((text, patterns) => {
		const known = patterns.find(([pattern]) => pattern.test(text));
		return known ? text.replace(known[0], known[1]) : text;
	}, problem);
	return `${said} ${seeHelpDe}`;
}
