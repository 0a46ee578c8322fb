import { printable, quoteShellLine } from "../../base/path/quote.ts";
import { type Field, fields, indent } from "../../cli/format.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import type { Template, TemplateDifference } from "../template.ts";

/** A template as text: its purpose, the configuration it needs first, and its effects. */
export function templateText(template: Template, language: Language, messages: Messages): string {
	const words = messages.cli.template;
	const paragraphs = (title: string, texts: readonly { readonly en: string; readonly de: string }[]) =>
		texts.length ? ["", title, ...texts.map((text) => indent(printable(text[language])))] : [];
	const parameters = Object.entries(template.parameters).map(
		([name, { default: usual, kind, title }]): Field => [
			name,
			`${printable(title[language])} (${usual === undefined ? words.needed(kind) : words.usual(kind, printable(usual))})`,
		],
	);
	return [
		`${template.name}: ${printable(template.title[language])}`,
		printable(template.description[language]),
		...paragraphs(words.first, template.first),
		...(parameters.length ? ["", words.parameters, indent(fields(parameters))] : []),
		"",
		words.does,
		indent(templateCommands(template, messages)),
		...paragraphs(words.notes, template.notes),
		...(template.documentation.length ? ["", `${words.documentation} ${template.documentation.join(", ")}`] : []),
	].join("\n");
}

/** Everything that a template would run, with accounts and permissions. A person must see this before it may run. */
export function templateCommands({ alternatives, application, needs, rules }: Template, messages: Messages): string {
	const words = messages.cli.template;
	const commands = (one: Partial<Template["application"]>): Field[] => [
		[words.command, one.command && quoteShellLine(one.command)],
		[words.account, one.user],
		[words.cwd, one.cwd === "/" ? undefined : one.cwd],
		[words.environment, Object.entries(one.env ?? {}).map(([name, value]) => `${name}=${value}`)],
		[words.probes, one.probes],
		[words.exercises, one.exercises],
		[words.directories, one.directories],
		[words.sockets, one.sockets],
	];
	const opened = (one: Partial<Template["rules"]>): Field[] => [
		[words.binds, one.binds?.map(({ access, path }) => `${path} (${access})`)],
		[words.includes, one.include],
		[words.seeds, one.seed],
		[words.writable, one.writable],
		[words.secrets, [...(one.allowSecret ?? []), ...(one.allowSetuid ?? [])]],
		[words.writes, one.allowWrite],
		[words.devices, one.devices],
		[words.allows, one.allow],
	];
	const rows: Field[] = [
		...commands({ ...application, user: application.user ?? messages.cli.template.root }),
		...opened(rules),
		[words.packages, [...new Set(Object.values(needs.packages).flat())]],
		...alternatives.flatMap((one) => [
			[words.alternative, `${one.systems.join(", ")}${one.tried ? "" : ` (${words.untried})`}`] as const,
			...commands(one.application ?? {}),
			...opened(one.rules ?? {}),
		]),
	];
	return fields(rows.map(([label, value = []]) => [label, [value].flat().map(printable)]));
}

/** One line for each difference: `-` for the template's value, `+` for the cage's. */
export function differencesText(differences: readonly TemplateDifference[]): string {
	return differences
		.flatMap(({ after, before, pointer }) => [
			...(before === undefined ? [] : [`- ${pointer}: ${printable(before)}`]),
			...(after === undefined ? [] : [`+ ${pointer}: ${printable(after)}`]),
		])
		.join("\n");
}
