import { availableParallelism } from "node:os";
import { Failure } from "../core/failure.ts";
import type { SoftPin } from "../core/minimise/pins.ts";
import type { GroupName } from "../core/plan/groups.ts";
import type { Context } from "../engine/context.ts";
import type { Found } from "../engine/minimise/find.ts";
import { minimiseCage, planMinimise } from "../engine/minimise/minimise.ts";
import type { Subject } from "../engine/minimise/subject.ts";
import { foundText, minimisedText, minimisedToJson, minimisePlanText, minimisePlanToJson } from "../report/minimise.ts";
import { ask } from "./ask.ts";
import { isSafe } from "./make.ts";
import { recordWriter } from "./record-writer.ts";
import type { Terminal } from "./terminal.ts";

export interface MinimiseOptions {
	readonly keep?: readonly string[];
	readonly keepKind?: readonly GroupName[];
	readonly giveUp?: readonly SoftPin[];
	readonly exercise?: readonly string[];
	readonly jobs?: number;
	/** Seconds after which the search ends with what it has found. */
	readonly for?: number;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
	/** False with `--no-restart`, `--no-selftest`. */
	readonly restart?: boolean;
	readonly selftest?: boolean;
}

/** Proves what of a cage is unnecessary and makes a generation without it. The first Ctrl-C ends the search, not the command. */
export async function minimise(terminal: Terminal, name: string, options: MinimiseOptions): Promise<number> {
	// Asked before the search takes its minutes.
	if (!options.yes && !options.dryRun && !terminal.interactive) throw new Failure("consent-needed", { option: "--yes" }, 2);
	const stop = new AbortController();
	return terminal.withContext(async (context) => {
		if (options.dryRun) {
			const subject = await planMinimise(context, name, rulesOf(options));
			if (terminal.options.json) terminal.printJson("minimise", minimisePlanToJson(subject));
			else terminal.print(minimisePlanText(subject, terminal.messages));
			return 0;
		}
		return run(terminal, context, name, options, stop);
	}, stop);
}

async function run(
	terminal: Terminal,
	context: Context,
	name: string,
	options: MinimiseOptions,
	stop: AbortController,
): Promise<number> {
	const { messages } = terminal;
	stop.signal.addEventListener("abort", () => terminal.say(messages.cli.minimise.stopping));
	const timer = options.for === undefined ? undefined : setTimeout(() => stop.abort(), options.for * 1000);
	let isTold = false;
	const confirm = async (found: Found, subject: Subject) => {
		clearTimeout(timer);
		if (options.yes) return true;
		terminal.say(foundText(subject, found, messages));
		isTold = true;
		return ask(terminal, messages.cli.minimise.question(name));
	};
	try {
		const result = await minimiseCage(
			context,
			name,
			{
				...rulesOf(options),
				jobs: options.jobs ?? availableParallelism(),
				stop: stop.signal,
				confirm,
				selftest: options.selftest ?? true,
				restart: options.restart ?? true,
			},
			recordWriter(terminal),
		);
		if (terminal.options.json) terminal.printJson("minimise", minimisedToJson(result));
		else terminal.print(minimisedText(result, messages, isTold));
		if (!result.made) return result.found.left.length ? 1 : 0;
		return isSafe(terminal, result.made.cage) ? 0 : 1;
	} finally {
		clearTimeout(timer);
	}
}

function rulesOf({ exercise = [], giveUp = [], keep = [], keepKind = [] }: MinimiseOptions) {
	return { keep, keepKinds: keepKind, giveUp, exercises: exercise };
}
