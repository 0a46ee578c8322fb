import { Failure } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";
import { isName } from "../core/questions/answers.ts";
import { bundleSchema, type TemplateBundle } from "../core/template/bundle.ts";
import { knownCage } from "../engine/cages.ts";
import { changesOf, madeBy, templateOf } from "../engine/choose/save-template.ts";
import type { Context } from "../engine/context.ts";
import type { StoredTemplate } from "../engine/store.ts";
import { table } from "../report/format.ts";
import { differencesText, templateText } from "../report/template.ts";
import { writeNewFile } from "../system/files/text-files.ts";
import { templateHash } from "../system/state/templates.ts";
import { builtinTemplate } from "../system/templates/builtin.ts";
import { check } from "./template-file.ts";
import { accept, importing, type TemplateImportOptions } from "./template-import.ts";
import { begin } from "./template-new.ts";
import type { Terminal } from "./terminal.ts";

export interface TemplateOptions extends TemplateImportOptions {
	readonly output?: string;
}

type Action = (terminal: Terminal, context: Context, name: string | undefined, options: TemplateOptions) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
	list,
	new: (terminal, _context, name, { output }) => begin(terminal, name, output),
	show,
	save,
	check: (terminal, _context, file) => check(terminal, file),
	diff,
	import: importing,
	accept,
	export: exporting,
	remove,
};

export async function template(
	terminal: Terminal,
	action: string,
	name: string | undefined,
	options: TemplateOptions,
): Promise<number> {
	const work = Object.hasOwn(actions, action) ? actions[action] : undefined;
	if (!work) throw new Failure("template-action-unknown", { action }, 2);
	return terminal.withContext((context) => work(terminal, context, name, options));
}

async function list(terminal: Terminal, { machine }: Context): Promise<number> {
	const words = terminal.messages.cli.template;
	const stored = await machine.store.templates.list();
	if (terminal.options.json) {
		terminal.printJson("template", {
			templates: stored.map(({ accepted, builtIn, hash, path, template: one }) => ({
				name: one.name,
				builtIn,
				accepted,
				path,
				sha256: hash,
				title: one.title,
				description: one.description,
			})),
		});
	} else {
		const rows = stored.map(({ accepted, builtIn, template: one }) => [
			one.name,
			builtIn ? words.builtIn : accepted ? words.saved : words.unaccepted,
			printable(one.title[terminal.language]),
		]);
		terminal.print(table([words.head, ...rows]));
	}
	return 0;
}

async function show(terminal: Terminal, { machine }: Context, name: string | undefined): Promise<number> {
	const { accepted, builtIn, hash, path, template: one, values } = await known(machine.store, name);
	if (terminal.options.json)
		terminal.printJson("template", { name, builtIn, accepted, path, sha256: hash, values, template: one });
	else terminal.print(templateText(one, terminal.language, terminal.messages));
	return 0;
}

async function save(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	{ as }: TemplateOptions,
): Promise<number> {
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	const cage = await knownCage(machine.store, name);
	const wanted = (as ?? name).toLowerCase();
	if (!isName(wanted)) throw new Failure("bad-name", { name: wanted }, 2);
	const { template: made, values } = await templateOf(machine, wanted, madeBy(cage));
	const path = await machine.store.templates.save(made, values);
	const words = terminal.messages.cli.template;
	if (terminal.options.json) terminal.printJson("template", { name: wanted, path, values });
	else {
		terminal.print(words.savedAs(path, wanted));
		if (builtinTemplate(wanted)) terminal.say(words.savedOver(wanted));
		const told = Object.entries(values).map(([key, value]) => `--set ${key}=${value}`);
		if (told.length) terminal.say(words.savedValues(told.join(" ")));
	}
	return 0;
}

/** What a cage became of the template that it was made from; 1 where they differ, as diff(1) has it. */
async function diff(terminal: Terminal, { machine }: Context, name: string | undefined): Promise<number> {
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	const { differences, template: from } = await changesOf(machine, name);
	const words = terminal.messages.cli.template;
	if (terminal.options.json) terminal.printJson("template", { name, template: from, differences });
	else terminal.print(differences.length ? differencesText(differences) : words.unchanged(name, from));
	return differences.length ? 1 : 0;
}

/** A bundle with its hash, to stdout or into a new file. What means this machine alone is not in it. */
async function exporting(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	{ output }: TemplateOptions,
): Promise<number> {
	const { template: one } = await known(machine.store, name);
	const bundle: TemplateBundle = { schema: bundleSchema, sha256: templateHash(one), template: one };
	const text = `${JSON.stringify(bundle, null, 2)}\n`;
	if (output === undefined) {
		terminal.print(text);
		return 0;
	}
	const path = await writeNewFile(output, text);
	if (terminal.options.json) terminal.printJson("template", { name: one.name, path, sha256: bundle.sha256 });
	else terminal.remark(terminal.messages.cli.template.exported(one.name, path, bundle.sha256));
	return 0;
}

async function remove(terminal: Terminal, { machine }: Context, name: string | undefined): Promise<number> {
	const { builtIn, template: one } = await known(machine.store, name);
	if (builtIn) throw new Failure("template-not-removable", { name: one.name }, 2);
	await machine.store.templates.remove(one.name);
	if (terminal.options.json) terminal.printJson("template", { name: one.name, removed: true });
	else terminal.print(terminal.messages.cli.template.removed(one.name));
	return 0;
}

async function known(store: Context["machine"]["store"], name: string | undefined): Promise<StoredTemplate> {
	const found = (await store.templates.list()).find((stored) => stored.template.name === name);
	if (!found) throw new Failure("template-unknown", { name: name ?? "" }, 2);
	return found;
}
