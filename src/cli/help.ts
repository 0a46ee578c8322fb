import { helpDe } from "../messages/de/help.ts";
import { type HelpMessages, helpEn } from "../messages/en/help.ts";
import type { Language } from "../messages/messages.ts";
import { describeVerb, type OptionText } from "./describe.ts";
import { verbGroups } from "./groups.ts";
import type { Verb } from "./verbs.ts";

export function helpFor(language: Language): HelpMessages {
	return language === "de" ? helpDe : helpEn;
}

/** Lets `--help` and `help VERB` print our own pages. */
export function addHelp(program: Verb, language: Language): void {
	const help = helpFor(language);
	const width = Math.min(100, Math.max(60, process.stdout.columns || 80));
	for (const verb of [program, ...(program.commands as Verb[])]) {
		const page = verb === program ? overviewPage : verbPage;
		verb.configureHelp({ formatHelp: () => page(verb, help, width) });
	}
}

const termColumn = 2;
const textColumn = 28;

/** Groups, options and examples of one verb. */
function verbPage(verb: Verb, help: HelpMessages, width: number): string {
	const { about, details, examples, global, groups, permissions, usage } = describeVerb(verb, help);
	const group = (title: string, options: readonly OptionText[]) => [
		"",
		title,
		...options.flatMap((option) => optionLines(option, width)),
	];
	const rare = groups.filter((one) => one.isRare);
	return page([
		`${help.usage} ${usage}`,
		"",
		...wrap(`${about}.`, width),
		...(details ? ["", ...wrap(details, width)] : []),
		"",
		help.groups.examples,
		...examples.map((example) => `  ${example}`),
		...groups.filter((one) => !one.isRare).flatMap(({ options, title }) => group(title, options)),
		...(rare.length ? ["", help.moreOptions, "=".repeat(help.moreOptions.length)] : []),
		...rare.flatMap(({ options, title }) => group(title, options)),
		...(permissions.length ? group(help.groups.permissionWords, permissions) : []),
		...group(help.groups.global, global),
	]);
}

function optionLines(option: OptionText, width: number): string[] {
	const term = " ".repeat(termColumn) + termOf(option);
	const text = wrap(option.text, width - textColumn);
	const fits = term.length <= textColumn - 2;
	const [first = ""] = text;
	const rest = (fits ? text.slice(1) : text).map((line) => " ".repeat(textColumn) + line);
	return [fits ? term.padEnd(textColumn) + first : term, ...rest];
}

function termOf({ flags, value }: OptionText): string {
	return `${flags.join(", ")}${value ? ` ${value}` : ""}`;
}

/** All verbs by what they are for, on a screen of 80x24. */
function overviewPage(program: Verb, help: HelpMessages): string {
	const { overview } = help;
	const rows = Object.entries(verbGroups).flatMap(([group, byRow]) =>
		Object.entries(byRow as Readonly<Record<string, readonly string[]>>).map(([row, verbs], index) => [
			index ? "" : overview.groups[group as keyof typeof overview.groups],
			verbs.join(", "),
			overview.rows[row as keyof typeof overview.rows],
		]),
	);
	const { examples, global, groups, usage } = describeVerb(program, help);
	const labels = [overview.wizard, overview.options, overview.example, ...rows.map(([label = ""]) => label)];
	const column = Math.max(...labels.map((label) => label.length)) + 2;
	const verbColumn = Math.max(...rows.map(([, verbs = ""]) => verbs.length)) + 2;
	const labelled = (label: string, lines: readonly string[]) =>
		lines.map((line, index) => (index ? "" : label).padEnd(column) + line);
	const terms = (options: readonly OptionText[]) => wrap(options.map(longTerm).join("  "), 80 - column);
	return page([
		`${help.usage} ${usage}`,
		overview.about,
		"",
		...rows.map(([label = "", verbs = "", text = ""]) => label.padEnd(column) + verbs.padEnd(verbColumn) + text),
		"",
		...labelled(overview.wizard, terms(groups.flatMap(({ options }) => options))),
		...labelled(overview.options, terms(global)),
		...labelled(overview.example, examples.slice(0, 1)),
		overview.more,
	]);
}

/** Breakable only between options. */
function longTerm({ flags, value }: OptionText): string {
	return `${flags.at(-1)}${value ? `\u00a0${value}` : ""}`;
}

function page(lines: readonly string[]): string {
	return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Lines of at most `width` characters, broken at spaces, with non-breaking spaces made plain. */
function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(/( +)/)) {
		const last = lines.at(-1);
		if (last === undefined) lines.push(word);
		else if ((last + word).trimEnd().length <= width) lines[lines.length - 1] = last + word;
		else if (word.trim()) lines.push(word);
	}
	return lines.map((line) => line.trimEnd().replaceAll("\u00a0", " "));
}
