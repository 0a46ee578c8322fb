import type { OptionText } from "../../src/cli/help.ts";
import { helpEn } from "../../src/messages/en/help.ts";
import type { Model } from "./model.ts";

export const generated = "<!-- `npm run reference` generates this page. -->";

/** docs/reference/command-line.md */
export function commandLinePage({ groups, program, verbs }: Model): string {
	return lines(
		"# Command line",
		"",
		generated,
		"",
		`\`${program.usage}\``,
		"",
		`${program.about}`,
		"",
		"`--help` shows the same texts. [Exit status and output](exit-status.md) and [Files](files.md) apply to every verb.",
		"",
		"| | verbs |",
		"|---|---|",
		...groups.map((group) => `| ${group.title} | ${group.verbs.map(({ name }) => `[${name}](#${name})`).join(" · ")} |`),
		"",
		"## Options of every verb",
		"",
		...optionTable(program.global),
		"",
		"## Options of the wizard",
		"",
		"They apply to `cagewright` without a verb.",
		"",
		...optionTable(program.groups.flatMap(({ options }) => options)),
		...verbs.flatMap((verb) => [
			"",
			`## ${verb.name}`,
			"",
			withCode(`${verb.about}.${verb.details ? ` ${verb.details}` : ""}`),
			"",
			"```text",
			verb.usage,
			"```",
			"",
			"```sh",
			...verb.examples,
			"```",
			...verb.groups.flatMap(({ isRare, options, title }, index) => [
				"",
				...(isRare && !verb.groups[index - 1]?.isRare ? [`**${helpEn.moreOptions}**`, ""] : []),
				...optionTable(options, title.replace(/:$/, "")),
			]),
			...(verb.permissions.length
				? ["", `[Permissions](../guide/reviewing-a-plan.md#permissions) explains the words of \`--allow\` and \`--refuse\`.`]
				: []),
		]),
	);
}

function optionTable(options: readonly OptionText[], title = ""): string[] {
	return [
		`|${title ? ` ${title}` : ""} | |`,
		"|---|---|",
		...options.map((option) => `| ${code(option)} | ${cell(withCode(option.text))} |`),
	];
}

function code({ flags, value }: OptionText): string {
	return `\`${cell(`${flags.join(", ")}${value ? ` ${value}` : ""}`)}\``;
}

/** Sets options in code style, unless they are already. */
export function withCode(text: string): string {
	return text
		.split("`")
		.map((part, index) => (index % 2 ? part : part.replace(/(?<![\w-])--?[a-z][a-z-]*/g, "`$&`")))
		.join("`");
}

export function cell(text: string): string {
	return text.replaceAll("|", "\\|");
}

export function lines(...all: readonly string[]): string {
	return `${all.join("\n")}\n`;
}
