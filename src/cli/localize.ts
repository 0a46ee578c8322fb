import type { Command, Help } from "commander";
import type { Language } from "../messages/messages.ts";

/** Puts all that the help says into the language; English is what it is defined in. */
export async function localize(program: Command, language: Language): Promise<void> {
	if (language === "en") return;
	const { helpDe } = await import("../messages/de/help.ts");
	const say = (text: string) => helpDe[text] ?? text;
	for (const command of [program, ...program.commands]) {
		command.description(say(command.description()));
		for (const option of command.options) option.description = say(option.description);
		command.helpOption("-h, --help", say("display help for command"));
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
	program.helpCommand("help [command]", say("display help for command"));
}

/** One line about what is wrong with the arguments, of what commander says of it. */
export async function usageError(message: string, language: Language): Promise<string> {
	const problem = message.replace(/^error: /, "").replace(/\n/g, " ");
	if (language === "en") return `${problem} See: cagewright --help`;
	const { seeHelpDe, similarDe, usageDe } = await import("../messages/de/help.ts");
	const said = [usageDe, similarDe].reduce((text, patterns) => {
		const known = patterns.find(([pattern]) => pattern.test(text));
		return known ? text.replace(known[0], known[1]) : text;
	}, problem);
	return `${said} ${seeHelpDe}`;
}
