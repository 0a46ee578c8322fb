import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Retention } from "../../cage/cage.ts";
import type { Edit, Winner } from "../../cage/edits.ts";
import { presentGeneration, unlessDamaged } from "../../cage/engine/cages.ts";
import { absolutePath } from "../../cli/arguments.ts";
import { ask } from "../../cli/ask.ts";
import type { Results } from "../../cli/results.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { reportEscapes } from "../../make/verbs/make.ts";
import type { Missing } from "../../plan/missing.ts";
import { missedLine } from "../../plan/report/missing.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import { restartedText } from "../../unit/report/restart.ts";
import { planUpdate, rollbackCage, rollbackTarget, updateCage } from "../engine/update.ts";
import { updatedText, updatedToJson, updatePlanText, updatePlanToJson } from "../report/update.ts";

interface UpdateOptions {
	readonly all?: boolean;
	readonly dryRun?: boolean;
	readonly yes?: boolean;
	readonly configuration?: "keep" | "host";
	readonly restart?: boolean;
	readonly takeMissed?: boolean;
	readonly include?: readonly string[];
	readonly selftest?: boolean;
	readonly keepGenerations?: number;
	readonly keepDays?: number;
}

/** Updates cages in turn. A failure does not stop the others. Returns 1 if any failed or has an escape. */
export async function update(terminal: Terminal, called: readonly string[], options: UpdateOptions): Promise<number> {
	if ((options.all ?? false) === called.length > 0) throw new Failure("update-names-or-all", {}, 2);
	if (options.include?.length && called.length !== 1) throw new Failure("update-include-one", {}, 2);
	if (options.all) terminal.requireNamedState();
	return terminal.withContext(async (context) => {
		const names = options.all ? await builtCages(context) : called;
		// A wrong name is refused before any work. A damaged cage stops no other.
		for (const name of called) await unlessDamaged(presentGeneration(context, name));
		const results: Results["update"]["cages"][number][] = [];
		const failures: Failure[] = [];
		for (const name of names) {
			try {
				results.push(
					await (options.dryRun ? dryRun(terminal, context, name, options) : updateOne(terminal, context, name, options)),
				);
			} catch (error) {
				// The error of the only named cage is the command's own.
				if (!(error instanceof Failure) || context.signal.aborted || called.length === 1) throw error;
				failures.push(error);
				results.push({ name, outcome: "failed", problem: terminal.messages.failure(error) });
				terminal.say(`cagewright: ${name}: ${terminal.messages.failure(error)}`);
			}
		}
		if (terminal.options.json) terminal.printJson("update", { cages: results });
		else if (!names.length) terminal.print(terminal.messages.cli.list.none);
		else if (options.all) terminal.print(terminal.messages.cli.update.summary(names.length - failures.length, failures.length));
		return failures.length || results.some((one) => "escaped" in one) ? 1 : 0;
	});
}

/** Begins with those that miss security updates, then others that the package manager's hook found outdated. */
async function builtCages({ machine: { store } }: Context): Promise<string[]> {
	const [secured, outdated, others]: [string[], string[], string[]] = [[], [], []];
	for (const name of await store.names()) {
		if (!(await store.generations(name)).length) continue;
		const mark = await store.upkeep.staleMark(name);
		(mark?.security ? secured : mark ? outdated : others).push(name);
	}
	return [...secured, ...outdated, ...others];
}

async function dryRun(terminal: Terminal, context: Context, name: string, options: UpdateOptions) {
	const plan = await planUpdate(context, name, async (missed) => chosenMissed(name, missed, options));
	if (!terminal.options.json) terminal.print(updatePlanText(plan, terminal.messages));
	return { ...updatePlanToJson(plan), outcome: plan.isNeeded ? ("planned" as const) : ("unchanged" as const) };
}

async function updateOne(terminal: Terminal, context: Context, name: string, options: UpdateOptions) {
	const retention = retentionOf(options);
	const updated = await updateCage(
		context,
		name,
		{
			winner: (conflicts) => winner(terminal, name, conflicts, options),
			takeMissed: (missed) => takesMissed(terminal, name, missed, options),
			restart: options.restart ?? true,
			selftest: options.selftest ?? true,
			...omitUndefined({ retention }),
		},
		recordWriter(terminal),
	);
	if (!terminal.options.json) terminal.print(updatedText(updated, terminal.commandLine("rollback", name), terminal.messages));
	const isSafe = updated.made === undefined || reportEscapes(terminal, updated.made.cage);
	return { ...updatedToJson(updated), ...(isSafe ? {} : { escaped: true as const }) };
}

/**
 * Never by `--yes` alone: a path that was requested in production may have been an attack. Files that not everybody may read are
 * taken by their path only.
 */
async function takesMissed(
	terminal: Terminal,
	name: string,
	missed: readonly Missing[],
	options: UpdateOptions,
): Promise<readonly Missing[]> {
	const { messages } = terminal;
	const chosen = chosenMissed(name, missed, options);
	if (!missed.length) return [];
	if (options.takeMissed || options.include?.length) {
		const left = options.takeMissed ? missed.filter((one) => !chosen.includes(one)) : [];
		if (left.length)
			terminal.say(messages.cli.watch.left(left.map(({ path, call }) => (path ? showPath(path) : call)).join(", ")));
		return chosen;
	}
	terminal.say(missedLine(name, undefined, missed, messages));
	const open = missed.filter((one) => !one.private);
	const isAsked = open.length > 0 && !options.yes && terminal.interactive;
	return isAsked && (await ask(terminal, messages.cli.watch.takeQuestion)) ? open : [];
}

/** Returns what the options take. Throws `include-not-missed` (exit 2). */
function chosenMissed(name: string, missed: readonly Missing[], { include = [], takeMissed }: UpdateOptions): Missing[] {
	const paths = new Set(include.map((text) => pathFromText(absolutePath(text))));
	const isNamed = ({ path }: Missing) => path !== undefined && paths.has(path);
	for (const path of paths) {
		if (!missed.some((one) => one.path === path)) throw new Failure("include-not-missed", { name, path: showPath(path) }, 2);
	}
	return missed.filter((one) => isNamed(one) || (takeMissed && !one.private));
}

/** Like dpkg, keeps the cage's configuration unless somebody chooses otherwise. Without an option and an answer, nothing is done. */
async function winner(
	terminal: Terminal,
	name: string,
	conflicts: readonly Edit[],
	{ configuration, yes }: UpdateOptions,
): Promise<Winner> {
	if (configuration !== undefined) return configuration === "host" ? "host" : "cage";
	if (yes) return "cage";
	const paths = conflicts.map(({ path }) => showPath(path)).join(", ");
	if (!terminal.interactive) throw new Failure("configuration-conflict", { name, paths }, 2);
	const words = terminal.messages.cli.update;
	terminal.say(words.conflicts(name, paths));
	return (await ask(terminal, words.keepQuestion)) ? "cage" : "host";
}

function retentionOf({ keepDays, keepGenerations }: UpdateOptions): Retention | undefined {
	if (keepGenerations === undefined && keepDays === undefined) return undefined;
	return { generations: keepGenerations ?? 2, ...omitUndefined({ days: keepDays }) };
}

interface RollbackOptions {
	readonly to?: number;
	readonly restart?: boolean;
	readonly dryRun?: boolean;
}

export async function rollback(terminal: Terminal, name: string, options: RollbackOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const words = terminal.messages.cli.update;
		if (options.dryRun) {
			const { generation: from } = await presentGeneration(context, name);
			const to = await rollbackTarget(context, name, from, options.to);
			return terminal.result("rollback", { dryRun: true, name, from, to }, () => words.wouldRollBack(name, from, to));
		}
		const restart = options.restart ?? true;
		const done = await rollbackCage(context, name, { restart, ...omitUndefined({ to: options.to }) });
		const { from, restarted, to } = done;
		return terminal.result("rollback", { name, from, to, ...restarted }, () =>
			[words.rolledBack(name, from, to), ...restartedText(name, restarted, terminal.messages)].join("\n"),
		);
	});
}
