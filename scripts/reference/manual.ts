import type { OptionText, VerbText } from "../../src/cli/help.ts";
import type { Model } from "./model.ts";
import { tableRows } from "./model.ts";
import { bold, escapeRoff, head, italic, item, paragraphs, section, sentence, source, subsection, verbatim } from "./roff.ts";
import { templateManual } from "./template-manual.ts";

export interface Page {
	/** File name, such as `cagewright-make.1`. */
	readonly name: string;
	readonly text: string;
}

/** man(7) pages: one for the program, one for each verb, and cagewright-template(5). */
export function manualPages(model: Model): Page[] {
	return [
		{ name: "cagewright.1", text: programManual(model) },
		...model.verbs.map((verb) => ({ name: `cagewright-${verb.name}.1`, text: verbManual(verb, model) })),
		{ name: "cagewright-template.5", text: templateManual(model) },
	];
}

function programManual({ groups, program, read, version }: Model): string {
	return source([
		head("cagewright", 1, version),
		section("NAME"),
		`cagewright \\- ${escapeRoff("puts an application into a chroot cage")}`,
		section("SYNOPSIS"),
		usage(program.usage),
		section("DESCRIPTION"),
		...paragraphs(
			program.about,
			"Cagewright traces the application in a sandbox, shows which files the cage needs and why, builds the cage, and tests it until the application answers real requests from inside.",
			"Each verb has its own page, such as `cagewright-make`(1).",
		),
		section("VERBS"),
		...groups.flatMap((group) => [
			subsection(group.title),
			...group.verbs.flatMap((verb) => item(bold(verb.usage.replace(/^cagewright /, "")), `${verb.about}.`)),
		]),
		section("OPTIONS"),
		...program.global.flatMap(option),
		...program.groups.flatMap(({ options, title }) => [subsection(plainTitle(title)), ...options.flatMap(option)]),
		section("EXIT STATUS"),
		...tableRows(read("docs/reference/exit-status.md").split("\n## ")[0] ?? "").flatMap(([status = "", meaning = ""]) =>
			item(bold(status), `${sentence(meaning)}`),
		),
		section("ENVIRONMENT"),
		...item(bold("CAGEWRIGHT_STATE"), "State folder, unless `--state` names another one."),
		...item(bold("XDG_STATE_HOME"), "Parent of the state folder of ordinary users."),
		...item(bold("LC_ALL, LC_MESSAGES, LANG"), "Language of the output, unless `--lang` names another one."),
		...item(bold("NO_COLOR"), "If set, nothing is printed in colour."),
		...item(bold("INK_SCREEN_READER"), "If `true`, the wizard asks line by line, as with `--linear`."),
		section("FILES"),
		...item(italic("/var/lib/cagewright"), "State folder of root."),
		...item(italic("~/.local/state/cagewright"), "State folder of ordinary users. It contains:"),
		".RS",
		...verbatim(codeBlock(read("docs/reference/files.md"))),
		".RE",
		section("EXAMPLES"),
		...verbatim(program.examples),
		section("SEE ALSO"),
		escapeRoff(groups.flatMap(({ verbs }) => verbs.map(({ name }) => `cagewright-${name}(1)`)).join(",\n")).replace(
			/$/,
			`,\n${escapeRoff("cagewright-template(5)")}`,
		),
	]);
}

function verbManual(verb: VerbText, { groups, version }: Model): string {
	const siblings = groups.find((group) => group.verbs.includes(verb))?.verbs.filter((other) => other !== verb) ?? [];
	const references = [
		"cagewright(1)",
		...siblings.map(({ name }) => `cagewright-${name}(1)`),
		...(verb.name === "template" || verb.name === "make" ? ["cagewright-template(5)"] : []),
	];
	return source([
		head(`cagewright-${verb.name}`, 1, version),
		section("NAME"),
		`${escapeRoff(`cagewright-${verb.name}`)} \\- ${escapeRoff(lowerFirst(verb.about))}`,
		section("SYNOPSIS"),
		usage(verb.usage),
		section("DESCRIPTION"),
		...paragraphs(`${verb.about}.`, ...(verb.details ? [verb.details] : [])),
		...(verb.groups.length ? [section("OPTIONS")] : []),
		...verb.groups.flatMap(({ options, title }) => [
			...(verb.groups.length > 1 ? [subsection(plainTitle(title))] : []),
			...options.flatMap(option),
		]),
		...(verb.permissions.length ? [subsection("PERMISSION of --allow and --refuse"), ...verb.permissions.flatMap(option)] : []),
		...(verb.groups.length ? [subsection("Options of every verb")] : [section("OPTIONS")]),
		...verb.global.flatMap(option),
		section("EXIT STATUS"),
		...paragraphs("`cagewright`(1) lists the exit status of all verbs."),
		section("EXAMPLES"),
		...verbatim(verb.examples),
		section("SEE ALSO"),
		escapeRoff(references.join(",\n")),
	]);
}

function option({ flags, text, value }: OptionText): string[] {
	return item(`${flags.map(bold).join(", ")}${value ? ` ${italic(value)}` : ""}`, sentence(text));
}

function usage(text: string): string {
	const [program = "", ...words] = text.split(" ");
	return [bold(program), ...words.map((word) => (/^[a-z]/.test(word) ? bold(word) : italic(word)))].join(" ");
}

function plainTitle(title: string): string {
	return title.replace(/:$/, "");
}

function lowerFirst(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}

function codeBlock(markdown: string): string[] {
	return (/```text\n([\s\S]*?)\n```/.exec(markdown)?.[1] ?? "").split("\n");
}
