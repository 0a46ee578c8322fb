import { EventEmitter } from "node:events";
import { Terminal } from "@xterm/headless";
import { onTestFinished } from "vitest";
import type { Language, Messages } from "../../src/messages/messages.ts";
import { withScreenKeys } from "../../src/wizard/bindings/key-texts.ts";
import { type Drawn, drawApp } from "../../src/wizard/draw.tsx";
import { systemClock } from "../../src/wizard/host/clock.ts";
import type { Look } from "../../src/wizard/parts/look.ts";
import { WizardStore } from "../../src/wizard/runner.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/state/keys.ts";
import type { WizardState } from "../../src/wizard/state/state.ts";
import { patience } from "../system/eventually.ts";
import { messagesIn } from "../texts.ts";
import { type Script, ScriptedSession } from "./scripted-session.ts";

const onScreen = { en: withScreenKeys(messagesIn("en")), de: withScreenKeys(messagesIn("de")) };

/** The texts as the screen shows them. */
export const screenMessages = (language: Language): Messages => onScreen[language];

/** A terminal of a given size for Ink, displayed by an emulator. */
class Output extends EventEmitter {
	readonly isTTY = true;
	readonly terminal: Terminal;
	columns: number;
	rows: number;
	written = 0;
	raw = "";

	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
		this.terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
	}

	write(text: string, done?: () => void): boolean {
		this.written++;
		this.raw += text;
		this.terminal.write(text, done);
		return true;
	}
}

type ScreenParameters = [columns: number, rows: number, language?: Language, look?: Partial<Look>];

/** The whole wizard on an emulated terminal. */
export class ScreenDriver {
	readonly store: WizardStore;
	readonly session: ScriptedSession;
	readonly #output: Output;
	readonly #drawn: Drawn;
	readonly language: Language;
	/** The screen after this number of writes. */
	#picture: { readonly written: number; readonly lines: readonly string[] } = { written: -1, lines: [] };

	constructor(session: ScriptedSession, ...[columns, rows, language = "en", look = {}]: ScreenParameters) {
		this.language = language;
		this.session = session;
		// On a busy machine, the trace would seem quiet.
		this.store = new WizardStore(session, systemClock, false);
		this.#output = new Output(columns, rows);
		this.store.dispatch({ type: "resized", columns, rows });
		const all = { messages: screenMessages(language), color: false, ascii: false, ...look };
		const fail = (error: unknown) => {
			throw error;
		};
		this.#drawn = drawApp(this.store, all, fail, { stdout: this.#output as unknown as NodeJS.WriteStream, maxFps: 1000 });
	}

	get words() {
		return screenMessages(this.language).wizard;
	}

	type(input: string): this {
		this.store.press(decodeKeys(nothingDecoded, input).keys);
		return this;
	}

	key(id: string): this {
		this.store.press([{ id }]);
		return this;
	}

	typeUntil(input: string, text: string): Promise<readonly string[]> {
		return this.type(input).sees(text);
	}

	/** Throws with the screen's text if the text does not appear. */
	async sees(text: string): Promise<readonly string[]> {
		for (const end = Date.now() + patience; Date.now() < end; ) {
			if ((await this.#now()).join("\n").includes(text)) return this.lines();
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
		throw new Error(`never saw ${JSON.stringify(text)} but:\n${(await this.lines()).join("\n")}`);
	}

	async lines(): Promise<readonly string[]> {
		// Ink draws a millisecond after the last frame and writes a millisecond later. Later timers fire after its own.
		for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
		return this.#now();
	}

	async #now(): Promise<readonly string[]> {
		const { rows, terminal, written } = this.#output;
		if (this.#picture.written === written) return this.#picture.lines;
		await new Promise<void>((resolve) => terminal.write("", resolve));
		const { active } = terminal.buffer;
		const row = (at: number) => active.getLine(active.viewportY + at)?.translateToString(true) ?? "";
		const lines = Array.from({ length: rows }, (_, at) => row(at));
		this.#picture = { written, lines };
		return lines;
	}

	/** For states that a small screen cannot show. */
	async when(holds: (state: WizardState) => boolean | undefined): Promise<void> {
		for (const end = Date.now() + patience; !holds(this.store.state); ) {
			if (Date.now() > end) throw new Error(`never came to the state:\n${(await this.lines()).join("\n")}`);
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}

	/** The frame after all work and keys. */
	async settled(): Promise<readonly string[]> {
		await this.when(isStill);
		for (let lines = await this.lines(); ; ) {
			const next = await this.lines();
			if (next.join("\n") === lines.join("\n")) return next;
			lines = next;
		}
	}

	/** Everything that was written to the terminal. */
	get raw(): string {
		return this.#output.raw;
	}

	/** Rows that scrolled off the screen. There must be none. */
	get scrolled(): number {
		return this.#output.terminal.buffer.active.baseY;
	}

	close(): void {
		this.#drawn.end();
		this.store.dispose();
	}
}

/** A wizard that has started. It is closed after the test. */
export function openScreen(script: Script | ScriptedSession = {}, ...how: ScreenParameters): ScreenDriver {
	const screen = new ScreenDriver(script instanceof ScriptedSession ? script : new ScriptedSession(script), ...how);
	onTestFinished(() => screen.close());
	screen.store.start();
	return screen;
}

/** Whether only work that waits for the user is running. */
const isStill = ({ jobs }: WizardState): boolean => Object.keys(jobs).every((job) => job === "trace" || job === "minimise");
