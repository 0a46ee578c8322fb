import { resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { pathFromText, pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { planStep, timed, trialStep } from "../engine/build/steps.ts";
import { knownCage, presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { exportCage, importCage } from "../engine/export/transfer.ts";
import { summarise } from "../engine/trial/remedies.ts";
import { ask } from "./ask.ts";
import { dangersOf, describeImport, importToJson } from "./import-review.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** A cage on its way to another machine of the same kind. */

export async function exporting(
	terminal: Terminal,
	name: string,
	options: { readonly output?: string; readonly withData?: boolean },
): Promise<number> {
	if (options.output === undefined && process.stdout.isTTY) throw new Failure("export-to-terminal", { name }, 2);
	const { json } = terminal.options;
	if (options.output === undefined && json) throw new Failure("export-needs-file", { name }, 2);
	return terminal.withContext(async (context) => {
		const to = options.output === undefined ? undefined : pathFromText(resolve(options.output));
		await exportCage(context, name, {
			...(to === undefined ? {} : { to }),
			data: options.withData ?? false,
			version,
			architecture: process.arch,
		});
		if (to !== undefined && json) terminal.printJson("export", { name, file: pathToJson(to), data: options.withData ?? false });
		else if (to !== undefined) terminal.remark(terminal.messages.cli.transfer.exported(name, showPath(to)));
		return 0;
	});
}

export interface ImportOptions {
	readonly name?: string;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
	/** False with `--no-trial`. */
	readonly trial?: boolean;
	readonly allowSecret?: readonly string[];
	readonly allowSetuid?: readonly string[];
}

export async function importing(terminal: Terminal, file: string, options: ImportOptions): Promise<number> {
	const words = terminal.messages.cli.transfer;
	return terminal.withContext(async (context) => {
		const archive = pathFromText(resolve(file));
		const imported = await importCage(
			context,
			archive,
			{
				architecture: process.arch,
				dryRun: options.dryRun ?? false,
				allowSecret: options.allowSecret ?? [],
				allowSetuid: options.allowSetuid ?? [],
				...(options.name === undefined ? {} : { name: options.name }),
			},
			async (one) => {
				if (options.dryRun && terminal.options.json) terminal.printJson("import", { dryRun: true, ...importToJson(one) });
				else if (options.dryRun) terminal.print(describeImport(one, terminal));
				else if (options.yes) {
					// Nobody answers here, but whoever reads the log later sees what was taken in.
					for (const line of dangersOf(one, terminal)) terminal.remark(line);
					return true;
				} else if (!terminal.interactive) throw new Failure("import-unconfirmed", {}, 2);
				else {
					terminal.say(describeImport(one, terminal));
					return ask(terminal, words.question(one.cage.name));
				}
				return false;
			},
		);
		if (options.dryRun) return 0;
		if (!imported) {
			terminal.say(words.not);
			return 1;
		}
		const { name } = imported.cage;
		const answered = (options.trial ?? true) ? await tries(context, name) : undefined;
		if (terminal.options.json)
			terminal.printJson("import", { name, generation: imported.archive.head.generation, answered: answered ?? null });
		else
			terminal.print(
				[words.imported(name), ...(answered === undefined ? [] : [answered ? words.answers(name) : words.silent(name)])].join(
					"\n",
				),
			);
		return answered === false ? 1 : 0;
	});
}

/** Whether it answers on this machine, in a rehearsal; remembered with the cage. */
async function tries(context: Context, name: string): Promise<boolean> {
	const { store } = context.machine;
	const lock = await store.lock(name);
	try {
		const { generation, manifest } = await presentCage(context, name);
		const cage = await knownCage(store, name);
		const trace = await store.trace(name);
		if (!trace) throw new Failure("not-traced", { name }, 2);
		const plan = await planStep(context, cage, trace);
		const { seconds, value: round } = await timed(context, "trial", () =>
			trialStep(context, cage, { plan, manifest, unchanged: true }, trace, 1, 1),
		);
		await store.saveCage({ ...cage, trials: [summarise(context, round, generation, [], seconds)] });
		await store.log(name, "tried", { generation, answered: round.answered });
		return round.answered;
	} finally {
		await lock.release();
	}
}
