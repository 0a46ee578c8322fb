import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { printableJson, showPath } from "../core/path/quote.ts";
import type { Context } from "../engine/context.ts";
import type { Event } from "../engine/events.ts";
import { type Finished, finishUnfinished } from "../engine/upkeep/repair.ts";
import { loadMessages } from "../messages/load.ts";
import { languageFrom, type Messages } from "../messages/messages.ts";
import { eventToJson } from "../report/json.ts";
import { progressLine } from "../report/progress.ts";
import type { Launching } from "../system/launch/method.ts";
import { isForeign } from "../system/state/foreign-state.ts";
import { systemMachine } from "./machine.ts";
import type { GlobalOptions } from "./options.ts";
import { write } from "./output.ts";
import { Interrupted } from "./report.ts";
import { defaultState, stateFolder } from "./state-folder.ts";

const moreImportant = ["undo-failed", "adopt-failed-kept"];

/** Everything that a verb needs: output, language, state folder, and cancellation by signals. */
export class Terminal {
	readonly options: GlobalOptions;
	readonly language: "en" | "de";
	readonly messages: Messages;
	readonly state: string;
	#live = "";

	constructor(options: GlobalOptions, messages: Messages) {
		this.options = options;
		this.language = messages.language;
		this.messages = messages;
		this.state = stateFolder(options.state);
	}

	get launching(): Launching {
		return { full: this.options.require === "full" };
	}

	/** The state folder if it is not the default, so that printed commands must name it. */
	get otherState(): string | undefined {
		return this.state === defaultState() ? undefined : this.state;
	}

	/** Somebody can answer a question. */
	get interactive(): boolean {
		return Boolean(process.stdin.isTTY && process.stderr.isTTY) && !this.options.json;
	}

	/** Prints the result to stdout. */
	print(text: string): void {
		this.#clearLive();
		write(process.stdout, text.endsWith("\n") ? text : `${text}\n`);
	}

	printJson(verb: string, value: object): void {
		this.print(printableJson({ schema: `cagewright/${verb}/1`, ...value }, 2));
	}

	/** Prints progress, a question or a warning to stderr. */
	say(text: string): void {
		this.#clearLive();
		write(process.stderr, `${text}\n`);
	}

	/** Prints a hint after the work, unless `--quiet`. */
	remark(text: string): void {
		if (!this.options.quiet) this.say(text);
	}

	/**
	 * Runs work that HUP, INT and TERM abort; it can undo its changes before `Interrupted` is thrown. `within` is a part of the work that may handle an INT
	 * itself.
	 */
	async withContext<T>(work: (context: Context) => Promise<T>, within?: { interrupt(): boolean }): Promise<T> {
		const controller = new AbortController();
		let received: NodeJS.Signals | undefined;
		const handlers = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) => {
			const handler = () => {
				if (name === "SIGINT" && within?.interrupt()) return;
				received ??= name;
				controller.abort();
			};
			process.on(name, handler);
			return () => process.off(name, handler);
		});
		const machine = systemMachine(this.state, this.launching);
		machine.commands.listen((event) => this.#show(event));
		try {
			const context: Context = {
				machine,
				emit: (event) => this.#show(event),
				signal: controller.signal,
			};
			await this.#repair(context);
			return await work(context);
		} catch (error) {
			// A failed undo matters more than the signal.
			if (received && !(error instanceof Failure && moreImportant.includes(error.code))) throw new Interrupted(received);
			throw error;
		} finally {
			for (const off of handlers) off();
			this.#clearLive();
		}
	}

	/** Completes or undoes the work of a killed command. A problem is only reported, because this command may be the one that diagnoses it. */
	async #repair(context: Context): Promise<void> {
		// Root only reads a state folder that another user can change.
		if (isForeign(pathFromText(this.state))) return;
		await finishUnfinished(
			{ ...context, emit() {} },
			(finished) => this.say(finishedText(finished, this.messages)),
			(problem) => this.say(this.messages.failure(problem)),
		);
	}

	#show(event: Event): void {
		if (this.options.events) process.stderr.write(`${printableJson(eventToJson(event))}\n`);
		else if (!this.options.quiet) {
			const line = progressLine(event, this.messages);
			if (!line) return;
			if (line.lasting) this.say(line.text);
			// A dumb terminal cannot erase a line, and a serial one is slow.
			else if (process.stderr.isTTY && process.env.TERM !== "dumb") {
				const text = line.text.slice(0, (process.stderr.columns ?? 80) - 1);
				if (text !== this.#live) write(process.stderr, `\r\x1b[K${text}`);
				this.#live = text;
			}
		}
	}

	/** Erases the progress line. */
	#clearLive(): void {
		if (this.#live) process.stderr.write("\r\x1b[K");
		this.#live = "";
	}
}

function finishedText(finished: Finished, { cli }: Messages): string {
	const { name } = finished;
	switch (finished.kind) {
		case "adoption":
			return cli.adoption.repaired(finished.service, name, finished.where, finished.kept && showPath(finished.kept));
		case "leftovers":
			return cli.update.cleared(name);
		case "removal":
			return cli.remove.finished(name);
		case "switching":
			return finished.wentBack
				? cli.update.wentBack(name, finished.generation)
				: cli.update.switched(name, finished.generation, finished.restarted, finished.remaining);
	}
}

/** In the language of `--lang` or the environment. */
export async function openTerminal(options: GlobalOptions): Promise<Terminal> {
	return new Terminal(options, await loadMessages(languageFrom(process.env, options.lang)));
}
