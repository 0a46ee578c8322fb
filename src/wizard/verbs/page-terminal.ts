import type { Context } from "../../base/engine/context.ts";
import { Terminal } from "../../cli/terminal.ts";

/**
 * A terminal for a verb that the wizard runs: what it prints becomes lines of a page, its work uses the wizard's context, and its
 * options have to answer every question.
 */
export class PageTerminal extends Terminal {
	readonly #context: Context;
	readonly #texts: string[] = [];

	constructor({ messages, options }: Pick<Terminal, "messages" | "options">, context: Context) {
		const { json: _, events: __, quiet: ___, ...rest } = options;
		super(rest, messages);
		this.#context = context;
	}

	get lines(): readonly string[] {
		return this.#texts.flatMap((text) => text.replace(/\n$/, "").split("\n"));
	}

	override get interactive(): boolean {
		return false;
	}

	override get width(): undefined {
		return undefined;
	}

	override machine() {
		return this.#context.machine;
	}

	override print(text: string): void {
		this.#texts.push(text);
	}

	override say(text: string): void {
		this.#texts.push(text);
	}

	override withContext<T>(work: (context: Context) => Promise<T>): Promise<T> {
		return work(this.#context);
	}
}
