import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathToJson } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { knownCage } from "../../cage/engine/cages.ts";
import { type Actions, actionFor, actionsWith } from "../../cli/actions.ts";
import { ask } from "../../cli/ask.ts";
import { table } from "../../cli/format.ts";
import { printOrWrite } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { changesOf, madeBy, replacedBy, templateOf } from "../../make/engine/save-template.ts";
import { isName } from "../../options/answers.ts";
import { knownTemplate } from "../engine/starting-point.ts";
import {
	builtinTemplate,
	fileLimit,
	readTemplateFile,
	schemaFile,
	type TemplateSource,
	templateSources,
} from "../host/sources.ts";
import { templateHash } from "../host/templates.ts";
import { checkTemplate, type ParsedTemplate, parseTemplate } from "../parse.ts";
import type { StoredTemplate } from "../ports.ts";
import type { TemplateError } from "../problems.ts";
import { differencesText, templateCommands, templateText } from "../report/template.ts";
import {
	bundleSchema,
	type Template,
	type TemplateBundle,
	templateDifferences,
	templateSkeleton,
	unbundle,
} from "../template.ts";

interface TemplateOptions {
	readonly output?: string;
	readonly as?: string;
	readonly yes?: boolean;
	readonly replace?: boolean;
	readonly dryRun?: boolean;
}

const { named, unnamed } = actionsWith<TemplateOptions>();

const actions: Actions<TemplateOptions> = {
	list: unnamed([], list),
	new: named(["output"], create),
	show: named([], show),
	save: named(["as", "replace"], save),
	check: named([], (terminal, _context, file) => check(terminal, file)),
	diff: named([], diff),
	import: named(["as", "dryRun", "replace", "yes"], importing),
	accept: named(["dryRun", "yes"], accept),
	export: named(["output"], exporting),
	remove: named(["yes"], remove),
};

export const templateActions: readonly string[] = Object.keys(actions);

export async function template(
	terminal: Terminal,
	action: string,
	name: string | undefined,
	options: TemplateOptions,
): Promise<number> {
	const known = actionFor(actions, { verb: "template", action, name, options });
	if (!known) throw new Failure("template-action-unknown", { action }, 2);
	return terminal.withContext((context) => known.work(terminal, context, name, options));
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
	const { accepted, builtIn, hash, path, template: one, values } = await knownTemplate(machine.store, name);
	return terminal.result("template", { name: one.name, builtIn, accepted, path, sha256: hash, values, template: one }, () =>
		templateText(one, terminal.language, terminal.messages),
	);
}

async function save(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	{ as, replace }: Pick<TemplateOptions, "as" | "replace">,
): Promise<number> {
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	const cage = await knownCage(machine.store, name);
	const wanted = (as ?? name).toLowerCase();
	if (!isName(wanted)) throw new Failure("template-name-invalid", { name: wanted }, 2);
	const saved = await templateOf(machine, wanted, madeBy(cage));
	const { template: made, values } = saved;
	const words = terminal.messages.cli.template;
	const replaced = replace ? undefined : await replacedBy(machine, saved);
	if (replaced) {
		if (!terminal.interactive) throw new Failure("template-there", { name: wanted }, 2);
		terminal.say(differencesText(templateDifferences(replaced.template, made)));
		if (!(await ask(terminal, words.replaceQuestion(wanted)))) {
			terminal.say(words.kept(wanted));
			return 1;
		}
	}
	const path = await machine.store.templates.save(made, values);
	if (terminal.options.json) terminal.printJson("template", { name: wanted, path, values });
	else {
		terminal.print(words.savedAs(printable(path), terminal.commandLine("make", wanted, "--yes")));
		if (builtinTemplate(wanted)) terminal.say(words.savedOver(wanted, terminal.commandLine("template", "remove", wanted)));
		const settings = Object.entries(values).map(([key, value]) => `--set ${key}=${value}`);
		if (settings.length) terminal.say(words.savedValues(settings.join(" ")));
	}
	return 0;
}

/** Compares a cage with its template. Returns 1 if they differ, like diff(1). */
async function diff(terminal: Terminal, { machine }: Context, name: string | undefined): Promise<number> {
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	const { differences, template: from } = await changesOf(machine, name);
	const words = terminal.messages.cli.template;
	terminal.result("template", { name, template: from, differences }, () =>
		differences.length ? differencesText(differences) : words.unchanged(name, from),
	);
	return differences.length ? 1 : 0;
}

/** Writes the template with its hash to stdout or to a new file, without values that mean only this machine. */
async function exporting(
	terminal: Terminal,
	{ machine, signal }: Context,
	name: string | undefined,
	{ output }: Pick<TemplateOptions, "output">,
): Promise<number> {
	const { template: one } = await knownTemplate(machine.store, name);
	const bundle: TemplateBundle = { schema: bundleSchema, sha256: templateHash(one), template: one };
	const text = `${JSON.stringify(bundle, null, 2)}\n`;
	const path = await printOrWrite(terminal, signal, text, output);
	if (path === undefined) return 0;
	return terminal.wrote("template", { name: one.name, path: pathToJson(path), sha256: bundle.sha256 }, () =>
		terminal.messages.cli.template.exported(one.name, showPath(path), bundle.sha256),
	);
}

/** Asks only on a terminal, because scripts remove templates without `--yes`. */
async function remove(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	{ yes }: Pick<TemplateOptions, "yes">,
): Promise<number> {
	const { builtIn, template: one } = await knownTemplate(machine.store, name);
	if (builtIn) throw new Failure("template-not-removable", { name: one.name }, 2);
	const words = terminal.messages.cli.template;
	if (!yes && terminal.interactive && !(await ask(terminal, words.removeQuestion(one.name)))) {
		terminal.say(words.kept(one.name));
		return 1;
	}
	await machine.store.templates.remove(one.name);
	return terminal.result("template", { name: one.name, removed: true }, () => words.removed(one.name));
}

/** Reads a template or a bundle. Throws `template-bundle-changed` (exit 4) if a bundle does not match its hash. */
function readTemplate({ place, text }: TemplateSource): ParsedTemplate {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return parseTemplate(text);
	}
	const bundle = unbundle(value);
	if (!bundle) return parseTemplate(text);
	const sha256 = templateHash(bundle.value);
	if (sha256 !== bundle.sha256) throw new Failure("template-bundle-changed", { file: place, sha256, said: bundle.sha256 }, 4);
	return checkTemplate(bundle.value);
}

/** Reports every error of a template file. Returns 2 if there is one. */
async function check(terminal: Terminal, file: string | undefined): Promise<number> {
	if (file === undefined) throw new Failure("template-file-needed", {}, 2);
	const parsed = readTemplate({ place: file, text: readTemplateFile(file, fileLimit) });
	if ("template" in parsed) {
		return terminal.result("template", { file, valid: true }, () => terminal.messages.cli.template.valid(printable(file)));
	}
	terminal.result("template", { file, valid: false, errors: parsed.errors }, () => problemLines(terminal, file, parsed.errors));
	return 2;
}

/** `FILE:LINE:COLUMN: POINTER: problem`, which editors understand. */
function problemLines(terminal: Terminal, file: string, errors: readonly TemplateError[]): string {
	const { cli, templateProblem } = terminal.messages;
	return errors
		.map(({ code, column, line, pointer, values }) => {
			const place = line === undefined ? printable(file) : `${printable(file)}:${line}:${column}`;
			return cli.template.problem(place, printable(pointer), templateProblem(code, values));
		})
		.join("\n");
}

/** Writes a valid template to stdout or to a new file. Its `$schema` names our schema for editors. */
async function create(
	terminal: Terminal,
	{ signal }: Context,
	name: string | undefined,
	{ output }: Pick<TemplateOptions, "output">,
): Promise<number> {
	if (name === undefined) throw new Failure("template-name-needed", {}, 2);
	if (!isName(name) || name !== name.toLowerCase()) throw new Failure("template-name-invalid", { name }, 2);
	const text = `${JSON.stringify(templateSkeleton(name, schemaFile()), null, "\t")}\n`;
	const path = await printOrWrite(terminal, signal, text, output);
	if (path === undefined) return 0;
	return terminal.wrote("template", { name, path: pathToJson(path) }, () => terminal.messages.cli.template.begun(showPath(path)));
}

/** Imports templates after somebody confirmed the commands that they would run. */
async function importing(
	terminal: Terminal,
	{ machine }: Context,
	place: string | undefined,
	options: Pick<TemplateOptions, "as" | "dryRun" | "replace" | "yes">,
): Promise<number> {
	if (place === undefined) throw new Failure("template-file-needed", {}, 2);
	const words = terminal.messages.cli.template;
	const templates = read(terminal, templateSources(place));
	if (!templates) return 2;
	if (options.as !== undefined && templates.length > 1)
		throw new Failure("template-as-one", { place, count: templates.length }, 2);
	const wanted = templates.map((template) => ({ ...template, name: options.as ?? template.name }));
	const stored = await machine.store.templates.list();
	for (const { name } of wanted) refuseName(name, wanted, stored, options);
	const results = [];
	for (const template of wanted) {
		const hash = templateHash(template);
		const known = stored.find((one) => one.template.name === template.name);
		const isSame = known?.hash === hash && known.accepted;
		const taken = isSame || (await confirm(terminal, { template, hash }, words.question(template.name), options));
		const path = taken && !isSame && !options.dryRun ? await machine.store.templates.save(template) : known?.path;
		results.push({
			name: template.name,
			sha256: hash,
			imported: taken && !options.dryRun,
			changed: taken && !isSame,
			...omitUndefined({ path }),
		});
		if (terminal.options.json) continue;
		if (isSame) terminal.print(words.same(template.name));
		else if (taken && !options.dryRun)
			terminal.print(words.imported(template.name, printable(path ?? ""), terminal.commandLine("make", template.name)));
		else if (!taken) terminal.say(words.not(template.name));
	}
	if (terminal.options.json) terminal.printJson("template", { templates: results });
	return options.dryRun || results.every(({ imported }) => imported) ? 0 : 1;
}

/** Accepts a template that somebody changed or added by hand in the state folder. */
async function accept(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	options: Pick<TemplateOptions, "dryRun" | "yes">,
): Promise<number> {
	const words = terminal.messages.cli.template;
	const { accepted, hash, template: one } = await knownTemplate(machine.store, name);
	const taken = accepted || (await confirm(terminal, { template: one, hash }, words.acceptQuestion(one.name), options));
	const isAccepted = accepted || (taken && !options.dryRun);
	if (isAccepted && !accepted) await machine.store.templates.accept(hash);
	if (terminal.options.json) terminal.printJson("template", { name: one.name, sha256: hash, accepted: isAccepted });
	else if (isAccepted) terminal.print(words.accepted(one.name));
	else if (!taken) terminal.say(words.not(one.name));
	return taken ? 0 : 1;
}

/** Asks whether a new template may run. Throws `template-unaccepted` (exit 2) if it may not or nobody can answer. */
export async function requireAccepted(terminal: Terminal, { machine }: Context, stored: StoredTemplate): Promise<void> {
	if (stored.accepted) return;
	const { hash, template } = stored;
	const words = terminal.messages.cli.template;
	const failure = new Failure("template-unaccepted", { name: template.name }, 2);
	if (!terminal.interactive || !(await confirm(terminal, { template, hash }, words.acceptQuestion(template.name), {})))
		throw failure;
	await machine.store.templates.accept(hash);
}

async function confirm(
	terminal: Terminal,
	{ hash, template }: { readonly template: Template; readonly hash: string },
	question: string,
	{ dryRun, yes }: Pick<TemplateOptions, "dryRun" | "yes">,
): Promise<boolean> {
	const shown = `${terminal.messages.cli.template.consent(template.name, hash)}\n${templateCommands(template, terminal.messages)}`;
	if (dryRun && !terminal.options.json) terminal.print(shown);
	else terminal.say(shown);
	if (yes || dryRun) return true;
	if (!terminal.interactive) throw new Failure("template-unconfirmed", { name: template.name }, 2);
	return ask(terminal, question);
}

/** Returns the templates, or undefined after printing all errors. */
function read(terminal: Terminal, sources: readonly TemplateSource[]): Template[] | undefined {
	const parsed = sources.map((source) => ({ source, result: readTemplate(source) }));
	const wrong = parsed.flatMap(({ result, source }) => ("errors" in result ? [{ source, errors: result.errors }] : []));
	if (!wrong.length) return parsed.flatMap(({ result }) => ("template" in result ? [result.template] : []));
	if (terminal.options.json)
		terminal.printJson("template", { files: wrong.map(({ errors, source }) => ({ file: source.place, errors })) });
	else for (const { errors, source } of wrong) terminal.say(problemLines(terminal, source.place, errors));
	return undefined;
}

function refuseName(
	name: string,
	wanted: readonly Template[],
	stored: readonly StoredTemplate[],
	{ replace }: Pick<TemplateOptions, "replace">,
): void {
	if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) throw new Failure("template-name-invalid", { name }, 2);
	if (wanted.filter((one) => one.name === name).length > 1) throw new Failure("template-twice", { name }, 2);
	// A built-in name always means the built-in template.
	if (builtinTemplate(name)) throw new Failure("template-built-in", { name }, 2);
	const known = stored.find((one) => one.template.name === name);
	const same = wanted.find((one) => one.name === name);
	if (known && same && known.hash !== templateHash(same) && !replace) throw new Failure("template-there", { name }, 2);
}
