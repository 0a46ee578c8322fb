import { launchPath } from "../core/application/application.ts";
import type { FoundApplication, Listening } from "../core/application/found.ts";
import { type Path, pathFromText } from "../core/path/path.ts";
import { quoteShellLine } from "../core/path/quote.ts";
import type { PackageRef } from "../core/plan/plan.ts";
import { fillText, type ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { Packages } from "../engine/ports.ts";
import { distributionIds } from "../system/packages/packages.ts";
import { newestProgram } from "../system/templates/here.ts";
import { lookUpProgram } from "../system/units/path-lookup.ts";
import type { Choice } from "../wizard/choice.ts";
import { isMissing } from "../wizard/steps/choose/reduce.ts";

/** A template as something to choose, with what of it this machine lacks and whether it runs. */
export function choiceOfTemplate(
	template: Template,
	language: "en" | "de",
	found: readonly FoundApplication[],
	values: ParameterValues = {},
): Choice {
	const { application, description, first, name, needs, notes, title } = template;
	const usual = Object.entries(template.parameters).flatMap(([key, { default: value }]) =>
		value === undefined ? [] : [[key, value]],
	);
	const filled: ParameterValues = { ...Object.fromEntries(usual), ...values };
	const command = application.command.map((word) => fillText(word, filled));
	const program = newestProgram(command[0] ?? "") ?? command[0] ?? "";
	const programs = [...new Set([program, ...needs.programs.map((one) => fillText(one, filled))])].filter(
		(one) => one !== "" && !one.includes("${") && !isHere(one),
	);
	const asked = Object.entries(template.parameters).map(([name, { default: usual, kind, title }]) => {
		const value = values[name] ?? usual;
		return { name, kind, title: title[language], ...(value === undefined ? {} : { default: value }) };
	});
	const packages = distributionIds().flatMap((id) => (Object.hasOwn(needs.packages, id) ? [needs.packages[id]] : []))[0] ?? [];
	const running = found.find((one) => one.application.command?.[0] === program && one.ports.length > 0);
	const isPlain = title[language].toLowerCase() === name;
	return {
		id: `template:${name}`,
		kind: name === "demo" ? "demo" : "template",
		name,
		description: isPlain ? description[language] : `${title[language]}: ${description[language]}`,
		detail: description[language],
		command: [program, ...command.slice(1)],
		...(application.user === undefined ? {} : { account: application.user }),
		probes: application.probes,
		...(running ? seen(running) : {}),
		...(programs.length ? { lacks: { programs, packages } } : {}),
		...(asked.length ? { parameters: asked } : {}),
		...(first.length || notes.length ? { advice: [...first, ...notes].map((note) => note[language]) } : {}),
	};
}

/** A unit or a process that was found, as something to choose. */
export function choiceOfFound(one: FoundApplication): Choice {
	const { application, description, notes } = one;
	const command = application.command ?? [];
	return {
		id: `${one.reason}:${one.unit ?? one.pid ?? one.name}`,
		kind: one.reason === "process" ? "process" : "unit",
		name: one.name,
		description: description || quoteShellLine(command),
		detail: [...(one.unit === undefined ? [] : [one.unit]), quoteShellLine(command)].join(": "),
		command,
		...(application.user === undefined ? {} : { account: application.user }),
		...(one.enabled === undefined ? {} : { enabled: one.enabled }),
		...(application.probes?.length ? { probes: application.probes } : {}),
		...(notes.length ? { notes } : {}),
		...seen(one),
	};
}

function seen({ package: owner, pid, ports, unit }: FoundApplication): Partial<Choice> {
	return {
		...(owner === undefined ? {} : { package: owner }),
		...(pid === undefined ? {} : { pid }),
		...(unit === undefined ? {} : { unit }),
		...(ports.length ? { ports: [...new Set(ports.map(portText))] } : {}),
	};
}

function portText(port: Listening): string {
	return port.protocol === "unix" ? `unix ${port.path}` : `${port.protocol} ${port.port}`;
}

/** Where a template's program runs nowhere, its package is known by the program itself. */
export async function withPackages(choices: readonly Choice[], packages: Packages): Promise<Choice[]> {
	const place = ({ command }: Choice): Path => pathFromText(command?.[0] ?? "/");
	const unknown = choices.filter((choice) => choice.package === undefined && choice.kind === "template" && !choice.lacks);
	const owners: ReadonlyMap<Path, PackageRef> = unknown.length ? await packages.owners(unknown.map(place)) : new Map();
	return choices.map((choice) => {
		const owner = choice.package ? undefined : owners.get(place(choice));
		return owner === undefined ? choice : { ...choice, package: owner };
	});
}

function isHere(program: string): boolean {
	return "path" in lookUpProgram(program, { path: launchPath });
}

/** What can be had at once first, and of that what a first look needs least for; then what would have to be installed. */
export function compareChoices(one: Choice, other: Choice): number {
	const rank = (choice: Choice) => (isMissing(choice) ? 3 : choice.kind === "demo" ? 0 : choice.kind === "template" ? 1 : 2);
	return rank(one) - rank(other);
}
