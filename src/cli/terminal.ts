import { existsSync } from "node:fs";
import type { Context, Machine } from "../base/engine/context.ts";
import type { Event } from "../base/engine/events.ts";
import { Failure } from "../base/failure.ts";
import { pathFromText } from "../base/path/path.ts";
import { printable, printableJson, quoteCommand } from "../base/path/quote.ts";
import { isForeign } from "../cage/host/foreign-state.ts";
import type { LaunchOptions } from "../launch/host/method.ts";
import { progressLine } from "../make/report/progress.ts";
import type { Language, Messages } from "../messages/messages.ts";
import { stateWords } from "../options/next-steps.ts";
import { type CageStates, cageStates, changesText, interruptionText, type LongWork } from "../upkeep/verbs/changes.ts";
import { otherState, stateFolder } from "./arguments.ts";
import { write } from "./format.ts";
import { InterruptedError } from "./interrupted-error.ts";
import { systemMachine } from "./machine.ts";
import type { GlobalOptions } from "./options.ts";
import type { Results } from "./results.ts";
import { ignoreHangUps } from "./standard-streams.ts";

const moreImportant = ["undo-failed", "undone-down", "adopt-failed-kept", "release-failed-kept"];

interface TerminalOfVerb {
	/** Prints all events instead of the progress. */
	readonly eventToJson?: ((event: Event) => object) | undefined;
	/** Set if an interruption says what changed. */
	readonly longWork?: LongWork | undefined;
}

/** Everything that a verb needs: output, language, state folder, and cancellation by signals. */
export class Terminal {
	readonly options: GlobalOptions;
	readonly language: Language;
	readonly messages: Messages;
	readonly state: string;
	readonly #eventToJson: TerminalOfVerb["eventToJson"];
	readonly #longWork: TerminalOfVerb["longWork"];
	#live = "";

	constructor(options: GlobalOptions, messages: Messages, { eventToJson, longWork }: TerminalOfVerb = {}) {
		this.#longWork = longWork;
		this.#eventToJson = eventToJson;
		this.options = options;
		this.language = messages.language;
		this.messages = messages;
		this.state = stateFolder(options.state);
	}

	get launching(): LaunchOptions {
		return { full: this.options.require === "full" };
	}

	/** systemd starts system units itself, so that nothing would check the layers. Throws `require-without-run` (exit 2). */
	refuseRequire(name: string): void {
		if (this.launching.full) throw new Failure("require-without-run", { name }, 2);
	}

	get otherState(): string | undefined {
		return otherState(this.options.state);
	}

	/** A command for the reader, with the state folder if it must be named. */
	commandLine(...words: readonly string[]): string {
		return quoteCommand(["cagewright", ...stateWords(this.otherState), ...words]);
	}

	/**
	 * Call it before work on all cages. Throws `no-cages` (exit 2) if the named state folder does not exist, because a typing mistake or
	 * a missing disk would look like success. The default folder may be absent.
	 */
	requireNamedState(): void {
		if (this.otherState !== undefined && !existsSync(this.state))
			throw new Failure("no-cages", { path: printable(this.state) }, 2);
	}

	machine(): Machine {
		return systemMachine(this.state, this.launching);
	}

	/** Whether each of the streams is a terminal. */
	isTTY(...streams: readonly ("stdin" | "stdout" | "stderr")[]): boolean {
		return streams.every((stream) => process[stream].isTTY);
	}

	/** Somebody can answer a question. */
	get interactive(): boolean {
		return this.isTTY("stdin", "stderr") && !this.options.json;
	}

	/** Columns of the terminal that shows the result, which then wraps between words. */
	get width(): number | undefined {
		return (process.stdout.isTTY && process.stdout.columns) || undefined;
	}

	/** Prints the result to stdout. */
	print(text: string): void {
		this.#clearLive();
		write(process.stdout, text.endsWith("\n") ? text : `${text}\n`);
	}

	/** Prints the value with `--json`, otherwise the text. Returns the exit status 0. */
	result<Name extends keyof Results>(name: Name, value: Results[Name], text: () => string): 0 {
		if (this.options.json) this.printJson(name, value);
		else this.print(text());
		return 0;
	}

	/** The same after a file was written: the text is only a remark. */
	wrote<Name extends keyof Results>(name: Name, value: Results[Name], text: () => string): 0 {
		if (this.options.json) this.printJson(name, value);
		else this.remark(text());
		return 0;
	}

	printJson<Name extends keyof Results>(name: Name, value: Results[Name]): void {
		this.print(printableJson({ schema: `cagewright/${name}/1`, ...value }, 2));
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
	 * Runs work that HUP, INT and TERM abort; it can undo its changes before `InterruptedError` is thrown. `within` is a part of the work that may handle an INT
	 * itself.
	 */
	async withContext<T>(work: (context: Context) => Promise<T>, within?: { interrupt(): boolean }): Promise<T> {
		const controller = new AbortController();
		let received: NodeJS.Signals | undefined;
		const handlers = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) => {
			const handler = () => {
				if (name === "SIGINT" && within?.interrupt()) return;
				if (name === "SIGHUP") ignoreHangUps();
				received ??= name;
				controller.abort();
			};
			process.on(name, handler);
			return () => process.off(name, handler);
		});
		const machine = this.machine();
		machine.commands.listen((event) => this.#show(event));
		let before: CageStates | undefined;
		try {
			await this.#finishUnfinished(machine);
			if (this.#longWork) before = await cageStates(machine.store);
			return await work({ machine, emit: (event) => this.#show(event), signal: controller.signal });
		} catch (error) {
			const after = before && (await cageStates(machine.store));
			const commandLine = this.commandLine.bind(this);
			// A failed undo matters more than the signal.
			if (received && !(error instanceof Failure && moreImportant.includes(error.code))) {
				// Nobody reads a terminal that hung up.
				if (received === "SIGHUP") throw new InterruptedError(received);
				const states = before && after && ([before, after] as const);
				throw new InterruptedError(received, interruptionText(this.#longWork, states, this.messages, commandLine));
			}
			const left = before && after && changesText(before, after, this.messages, commandLine);
			if (left) this.remark(left);
			throw error;
		} finally {
			for (const off of handlers) off();
			this.#clearLive();
		}
	}

	/** Completes or undoes the work of a killed command. A problem is only reported, because this command may be the one that diagnoses it. */
	async #finishUnfinished(machine: Machine): Promise<void> {
		// Root only reads a state folder that another user can change.
		if (isForeign(pathFromText(this.state)) || !(await machine.store.hasUnfinished())) return;
		await (await import("../upkeep/verbs/unfinished.ts")).finishAndReport(machine, this.messages, (line) => this.say(line));
	}

	#show(event: Event): void {
		if (this.#eventToJson) process.stderr.write(`${printableJson(this.#eventToJson(event))}\n`);
		else if (!this.options.quiet) {
			const line = progressLine(event, this.messages);
			if (!line) return;
			if (line.lasting) this.say(line.text);
			// A dumb terminal cannot erase a line, and a serial one is slow.
			else if (this.isTTY("stderr") && process.env.TERM !== "dumb") {
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
