import { quoteCommand } from "../base/path/quote.ts";
import { changeTexts } from "../messages/change-texts.ts";
import { type Catalogue, type Messages, messagesFor } from "../messages/messages.ts";
import { stateWords } from "../options/next-steps.ts";
import { nameOf, type VerbDefinition } from "./definition.ts";
import { verbs } from "./groups.ts";

/** The program's name before a command that uses the state folder. */
const program = new RegExp(`\\bcagewright (?=${verbs.flatMap(statefulWords).join("|")})`, "g");

/** Patterns of the verb and what follows. In parentheses, or before `--help`, a verb only names the tool. */
function statefulWords(verb: VerbDefinition): string[] {
	const { stateless = [] } = verb;
	if (stateless === true) return [];
	if (stateless === "without-arguments") return [`${nameOf(verb)} \\S`];
	return [`${nameOf(verb)}${stateless.map((action) => `(?! ${action})`).join("")}\\b(?!\\)| --help)`];
}

/** Returns messages whose commands name the state folder, so that they can be pasted. The record's own sentences stay as they are. */
export function messagesWithState({ catalogue }: Messages, state: string): Messages {
	const words = `${quoteCommand(["cagewright", ...stateWords(state)])} `;
	const { language, record, ...others } = catalogue;
	const changedTexts: Omit<Catalogue, "language" | "record"> = changeTexts(others, (text) => text.replace(program, () => words));
	return messagesFor({ language, record, ...changedTexts });
}
