import { readFileSync } from "node:fs";
import { Failure } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";
import { isName } from "../core/questions/answers.ts";
import { limits } from "../core/template/checks.ts";
import { templateFromCage } from "../core/template/from-cage.ts";
import { parseTemplate } from "../core/template/parse.ts";
import type { TemplateError } from "../core/template/problems.ts";
import { knownCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { table } from "../report/format.ts";
import type { Terminal } from "./terminal.ts";

const actions = { list, show, save, check };

export async function template(
	terminal: Terminal,
	action: string,
	name: string | undefined,
	as: string | undefined,
): Promise<number> {
	if (!Object.hasOwn(actions, action)) throw new Failure("template-action-unknown", { action }, 2);
	return terminal.withContext((context) => actions[action as keyof typeof actions](terminal, context, name, as));
}

async function list(terminal: Terminal, { machine }: Context): Promise<number> {
	const words = terminal.messages.cli.template;
	const stored = await machine.store.templates();
	if (terminal.options.json) {
		terminal.printJson("template", {
			templates: stored.map(({ builtIn, path, template: one }) => ({
				name: one.name,
				builtIn,
				path,
				title: one.title,
				description: one.description,
			})),
		});
	} else {
		const rows = stored.map(({ builtIn, template: one }) => [
			one.name,
			builtIn ? words.builtIn : words.saved,
			printable(one.title[terminal.language]),
		]);
		terminal.print(table([words.head, ...rows]));
	}
	return 0;
}

async function show(terminal: Terminal, { machine }: Context, name: string | undefined): Promise<number> {
	const found = (await machine.store.templates()).find((stored) => stored.template.name === name);
	if (!found) throw new Failure("template-unknown", { name: name ?? "" }, 2);
	terminal.print(JSON.stringify(found.template, null, 2));
	return 0;
}

async function save(terminal: Terminal, { machine }: Context, name: string | undefined, as: string | undefined): Promise<number> {
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	const cage = await knownCage(machine.store, name);
	const wanted = (as ?? name).toLowerCase();
	if (!isName(wanted)) throw new Failure("name-invalid", { name: wanted }, 2);
	const path = await machine.store.saveTemplate(templateFromCage(wanted, cage.application, cage.rules).template);
	if (terminal.options.json) terminal.printJson("template", { name: wanted, path });
	else terminal.print(terminal.messages.cli.template.savedAs(path, wanted));
	return 0;
}

/** Says of a file whether it is a template, and if not, every place where it is none. */
async function check(terminal: Terminal, _context: Context, file: string | undefined): Promise<number> {
	if (file === undefined) throw new Failure("template-file-needed", {}, 2);
	const words = terminal.messages.cli.template;
	const parsed = parseTemplate(readText(file));
	if ("template" in parsed) {
		if (terminal.options.json) terminal.printJson("template", { file, valid: true });
		else terminal.print(words.valid(file));
		return 0;
	}
	if (terminal.options.json) terminal.printJson("template", { file, valid: false, errors: parsed.errors });
	else
		for (const error of parsed.errors)
			terminal.print(
				words.problem(placed(file, error), error.pointer, terminal.messages.templateProblem(error.code, error.values)),
			);
	return 2;
}

/** As compilers write it, so that an editor can go there. */
function placed(file: string, { column, line }: TemplateError): string {
	return line === undefined ? printable(file) : `${printable(file)}:${line}:${column}`;
}

function readText(file: string): string {
	try {
		const text = readFileSync(file, "utf8");
		if (text.length > limits.bytes) throw new Failure("template-too-large", { file, limit: limits.bytes }, 2);
		return text;
	} catch (error) {
		if (error instanceof Failure) throw error;
		throw new Failure("file-unreadable", { file, detail: error instanceof Error ? error.message : "" }, 2);
	}
}
