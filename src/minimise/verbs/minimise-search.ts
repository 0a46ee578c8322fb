import type { Context } from "../../base/engine/context.ts";
import { later } from "../../base/engine/later.ts";
import { processorCount } from "../../base/host/this-machine.ts";
import { ask } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import { type MinimiseResult, minimiseCage } from "../engine/minimise.ts";
import type { Subject } from "../engine/subject.ts";
import type { PinRules } from "../pins.ts";
import { foundText } from "../report/minimise.ts";
import type { SearchOutcome } from "../units.ts";

interface SearchOptions {
	/** These add to the cage's own. */
	readonly exercises: readonly string[];
	/** Parallel trials. Default: one per processor. */
	readonly jobs?: number | undefined;
	/** Seconds after which the search ends with the best result so far. */
	readonly for?: number | undefined;
	readonly yes?: boolean | undefined;
	readonly restart?: boolean | undefined;
	readonly selftest?: boolean | undefined;
}

/** A finished search; `isShown` if its result was already shown with the question. */
export interface FinishedSearch {
	readonly result: MinimiseResult;
	readonly isShown: boolean;
}

/** A search for unnecessary files. SIGINT ends it with the best result so far; a second one, or one outside the search, ends the command. */
export class Search {
	readonly #terminal: Terminal;
	#stop: AbortController | undefined;

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	/** Returns true if only the search ends. */
	interrupt(): boolean {
		if (!this.#stop || this.#stop.signal.aborted) return false;
		this.#terminal.say(this.#terminal.messages.cli.minimise.stopping);
		this.#stop.abort();
		return true;
	}

	async minimise(context: Context, name: string, rules: PinRules, options: SearchOptions): Promise<FinishedSearch> {
		const terminal = this.#terminal;
		const { messages } = terminal;
		const stop = new AbortController();
		this.#stop = stop;
		const { for: seconds } = options;
		const stopTimer = seconds === undefined ? undefined : later(context.machine, seconds * 1000, () => this.interrupt());
		const end = () => {
			stopTimer?.();
			this.#stop = undefined;
		};
		let isShown = false;
		const confirm = async (found: SearchOutcome, subject: Subject) => {
			end();
			if (options.yes) return true;
			terminal.say(foundText(subject, found, messages));
			isShown = true;
			return ask(terminal, messages.cli.minimise.question(name));
		};
		try {
			const result = await minimiseCage(
				context,
				name,
				{
					...rules,
					exercises: options.exercises,
					jobs: options.jobs ?? processorCount(),
					stop: stop.signal,
					confirm,
					selftest: options.selftest ?? true,
					restart: options.restart ?? true,
				},
				recordWriter(terminal),
			);
			return { result, isShown };
		} finally {
			end();
		}
	}
}
