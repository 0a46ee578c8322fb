import { Failure } from "../core/failure.ts";
import type { Template } from "../core/template/template.ts";
import type { Context } from "../engine/context.ts";
import type { StoredTemplate } from "../engine/store.ts";
import { templateCommands } from "../report/template.ts";
import { templateHash } from "../system/state/templates.ts";
import { builtinTemplate } from "../system/templates/builtin.ts";
import { type TemplateSource, templateSources } from "../system/templates/sources.ts";
import { ask } from "./ask.ts";
import { problemLines, readTemplate } from "./template-file.ts";
import type { Terminal } from "./terminal.ts";

export interface TemplateImportOptions {
	readonly as?: string;
	readonly yes?: boolean;
	readonly replace?: boolean;
	readonly dryRun?: boolean;
}

/** Takes in templates from elsewhere, once somebody has seen what each of them would run. */
export async function importing(
	terminal: Terminal,
	{ machine }: Context,
	place: string | undefined,
	options: TemplateImportOptions,
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
		const taken = isSame || (await confirm(terminal, template, hash, words.question(template.name), options));
		const path = taken && !isSame && !options.dryRun ? await machine.store.templates.save(template) : known?.path;
		results.push({
			name: template.name,
			sha256: hash,
			imported: taken && !options.dryRun,
			...(path === undefined ? {} : { path }),
		});
		if (terminal.options.json) continue;
		if (isSame) terminal.print(words.same(template.name));
		else if (taken && !options.dryRun) terminal.print(words.imported(template.name, path ?? ""));
		else if (!taken) terminal.say(words.not(template.name));
	}
	if (terminal.options.json) terminal.printJson("template", { templates: results });
	return options.dryRun || results.every(({ imported }) => imported) ? 0 : 1;
}

/** Lets a template run that lies in the state and was changed, or put there, by hand. */
export async function accept(
	terminal: Terminal,
	{ machine }: Context,
	name: string | undefined,
	options: TemplateImportOptions,
): Promise<number> {
	const words = terminal.messages.cli.template;
	const stored = (await machine.store.templates.list()).find((one) => one.template.name === name);
	if (!stored || name === undefined) throw new Failure("template-unknown", { name: name ?? "" }, 2);
	const taken = stored.accepted || (await confirm(terminal, stored.template, stored.hash, words.acceptQuestion(name), options));
	if (taken && !options.dryRun && !stored.accepted) await machine.store.templates.accept(stored.hash);
	if (terminal.options.json) terminal.printJson("template", { name, sha256: stored.hash, accepted: taken });
	else if (taken) terminal.print(words.accepted(name));
	else terminal.say(words.not(name));
	return taken ? 0 : 1;
}

/** A template that nobody has accepted does not run. Where somebody is there, asks; else throws `template-unaccepted` (exit 2). */
export async function requireAccepted(terminal: Terminal, { machine }: Context, stored: StoredTemplate): Promise<void> {
	if (stored.accepted) return;
	const { hash, template } = stored;
	const words = terminal.messages.cli.template;
	const failure = new Failure("template-unaccepted", { name: template.name }, 2);
	if (!terminal.interactive || !(await confirm(terminal, template, hash, words.acceptQuestion(template.name), {}))) throw failure;
	await machine.store.templates.accept(hash);
}

async function confirm(
	terminal: Terminal,
	template: Template,
	hash: string,
	question: string,
	{ dryRun, yes }: TemplateImportOptions,
): Promise<boolean> {
	const shown = `${terminal.messages.cli.template.consent(template.name, hash)}\n${templateCommands(template, terminal.messages)}`;
	if (dryRun && !terminal.options.json) terminal.print(shown);
	else terminal.say(shown);
	if (yes || dryRun) return true;
	if (!terminal.interactive) throw new Failure("template-unconfirmed", { name: template.name }, 2);
	return ask(terminal, question);
}

/** All that can be read, or undefined after everything that is wrong was said. */
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
	{ replace }: TemplateImportOptions,
): void {
	if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) throw new Failure("bad-name", { name }, 2);
	if (wanted.filter((one) => one.name === name).length > 1) throw new Failure("template-twice", { name }, 2);
	// Whoever types a built-in name means ours.
	if (builtinTemplate(name)) throw new Failure("template-built-in", { name }, 2);
	const known = stored.find((one) => one.template.name === name);
	const same = wanted.find((one) => one.name === name);
	if (known && same && known.hash !== templateHash(same) && !replace) throw new Failure("template-there", { name }, 2);
}
