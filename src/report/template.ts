import { printable, quoteShellLine } from "../core/path/quote.ts";
import type { TemplateDifference } from "../core/template/differences.ts";
import type { Alternative, Template } from "../core/template/template.ts";
import type { Messages } from "../messages/messages.ts";
import { fields, indent } from "./format.ts";

type Language = "en" | "de";
type Row = readonly [string, string];

/** A template as text: its purpose, the configuration it needs first, and its effects. */
export function templateText(template: Template, language: Language, messages: Messages): string {
	const words = messages.cli.template;
	const paragraphs = (title: string, texts: readonly { readonly en: string; readonly de: string }[]) =>
		texts.length ? ["", title, ...texts.map((text) => indent(printable(text[language])))] : [];
	const parameters = Object.entries(template.parameters).map(
		([name, { default: usual, kind, title }]): Row => [
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
	const commands = (one: Partial<Template["application"]>): Row[] => [
		...rows(words.command, one.command ? [quoteShellLine(one.command)] : []),
		...rows(words.account, one.user === undefined ? [] : [one.user]),
		...rows(words.cwd, one.cwd === undefined || one.cwd === "/" ? [] : [one.cwd]),
		...rows(
			words.environment,
			Object.entries(one.env ?? {}).map(([name, value]) => `${name}=${value}`),
		),
		...rows(words.probes, one.probes ?? []),
		...rows(words.exercises, one.exercises ?? []),
		...rows(words.directories, one.directories ?? []),
		...rows(words.sockets, one.sockets ?? []),
	];
	const opened = (one: Partial<Template["rules"]>): Row[] => [
		...rows(words.binds, one.binds?.map(({ access, path }) => `${path} (${access})`) ?? []),
		...rows(words.includes, one.include ?? []),
		...rows(words.seeds, one.seed ?? []),
		...rows(words.writable, one.writable ?? []),
		...rows(words.secrets, [...(one.allowSecret ?? []), ...(one.allowSetuid ?? [])]),
		...rows(words.devices, one.devices ?? []),
		...rows(words.allows, one.allow ?? []),
	];
	return fields([
		...commands({ ...application, user: application.user ?? messages.cli.template.root }),
		...opened(rules),
		...rows(words.packages, [...new Set(Object.values(needs.packages).flat())]),
		...alternatives.flatMap((one) => [
			...alternativeRow(one, messages),
			...commands(one.application ?? {}),
			...opened(one.rules ?? {}),
		]),
	]);
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

function alternativeRow({ systems, tried }: Alternative, messages: Messages): Row[] {
	const words = messages.cli.template;
	return [[words.alternative, `${systems.join(", ")}${tried ? "" : ` (${words.untried})`}`]];
}

function rows(label: string, values: readonly string[]): Row[] {
	return values.map((value, index) => [index ? "" : label, printable(value)]);
}
