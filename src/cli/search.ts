import { availableParallelism } from "node:os";
import type { PinRules } from "../core/minimise/needs.ts";
import type { Context } from "../engine/context.ts";
import type { Found } from "../engine/minimise/find.ts";
import { type MinimiseResult, minimiseCage } from "../engine/minimise/minimise.ts";
import type { Subject } from "../engine/minimise/subject.ts";
import { foundText } from "../report/minimise.ts";
import { ask } from "./ask.ts";
import { recordWriter } from "./record-writer.ts";
import type { Terminal } from "./terminal.ts";

interface SearchOptions {
	/** Beyond those of the cage. */
	readonly exercises: readonly string[];
	/** Trials side by side; else one for each processor. */
	readonly jobs?: number | undefined;
	/** Seconds after which it ends with what it has found. */
	readonly for?: number | undefined;
	/** Without a question. */
	readonly yes?: boolean | undefined;
	readonly restart?: boolean | undefined;
	readonly selftest?: boolean | undefined;
}

/** A finished search; `isShown` if its result was already shown with the question. */
export interface Searched {
	readonly result: MinimiseResult;
	readonly isShown: boolean;
}

/** The search within a command, which INT ends with what it has found so far; before and after it, and at the second time, INT ends the command. */
export class Search {
	readonly #terminal: Terminal;
	#stop: AbortController | undefined;

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	/** True where that ends the search alone. */
	interrupt(): boolean {
		if (!this.#stop || this.#stop.signal.aborted) return false;
		this.#terminal.say(this.#terminal.messages.cli.minimise.stopping);
		this.#stop.abort();
		return true;
	}

	async minimise(context: Context, name: string, rules: PinRules, options: SearchOptions): Promise<Searched> {
		const terminal = this.#terminal;
		const { messages } = terminal;
		const stop = new AbortController();
		this.#stop = stop;
		const timer = options.for === undefined ? undefined : setTimeout(() => this.interrupt(), options.for * 1000);
		const end = () => {
			clearTimeout(timer);
			this.#stop = undefined;
		};
		let isShown = false;
		const confirm = async (found: Found, subject: Subject) => {
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
					jobs: options.jobs ?? availableParallelism(),
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
