import { EventEmitter } from "node:events";
import { type IPty, spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";
import { patience } from "../system/eventually.ts";
import { Frames, type Size } from "./frames.ts";
import { modesAfter, usualModes } from "./modes.ts";

export const keys = { enter: "\r", escape: "\x1b", down: "\x1b[B", up: "\x1b[A", tab: "\t", ctrlC: "\x03" } as const;

interface End {
	readonly exitCode: number;
	readonly signal?: number;
	/** The modes then (`stty -g`). */
	readonly modes: string;
}

/** A pseudo-terminal with a program, and an emulator of its screen. `dispose` fails if the program left the terminal changed. */
export class PtyProgram {
	readonly ended: Promise<End>;
	readonly #emulator: Terminal;
	readonly #pty: IPty;
	/** Notifies waiters of each change, so that short-lived screens are noticed. */
	readonly #drawn = new EventEmitter().setMaxListeners(0);
	#raw = "";
	#end: End | undefined;
	#killed = false;
	readonly #frames: Frames;

	constructor(
		program: string,
		args: readonly string[],
		{ columns, env, rows }: Size & { env?: Readonly<Record<string, string>> },
	) {
		this.#emulator = new Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
		this.#pty = spawn(program, [...args], {
			cols: columns,
			rows,
			name: env?.TERM ?? "xterm-256color",
			env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...env },
		});
		this.#pty.onData((data) => {
			this.#raw += data;
			this.#emulator.write(data, () => this.#drawn.emit("drawn"));
		});
		this.#frames = new Frames({ columns, rows });
		this.#watchFrames();
		const exit = new Promise<{ exitCode: number; signal?: number }>((resolve) => {
			this.#pty.onExit(({ exitCode, signal }) => resolve({ exitCode, ...(signal ? { signal } : {}) }));
		});
		const modes = modesAfter(this.#pty);
		this.ended = exit.then(async (how) => {
			this.#end = { ...how, modes: await modes };
			return this.#end;
		});
	}

	get pid(): number {
		return this.#pty.pid;
	}

	/** The raw output. */
	get raw(): string {
		return this.#raw;
	}

	press(...input: string[]): void {
		this.#pty.write(input.join(""));
	}

	/** Presses keys when the screen shows a text. */
	async pressAt(text: string | RegExp, ...input: string[]): Promise<void> {
		await this.sees(text);
		this.press(...input);
	}

	resize(columns: number, rows: number): void {
		this.#frames.resized({ columns, rows });
		this.#emulator.resize(columns, rows);
		this.#pty.resize(columns, rows);
	}

	/** Resizes the terminal and waits until the screen shows a text. */
	async seesAt(columns: number, rows: number, text: string | RegExp): Promise<string> {
		this.resize(columns, rows);
		return await this.sees(text);
	}

	kill(signal: string): void {
		if (signal === "SIGKILL" && !this.#end) this.#killed = true;
		this.#pty.kill(signal);
	}

	async screen(): Promise<string[]> {
		await new Promise<void>((resolve) => this.#emulator.write("", resolve));
		return this.#shown();
	}

	#shown(): string[] {
		const { active } = this.#emulator.buffer;
		const rowAt = (row: number) => active.getLine(active.baseY + row)?.translateToString(true) ?? "";
		return Array.from({ length: this.#emulator.rows }, (_, row) => rowAt(row));
	}

	/** Scrollback and screen. */
	async history(): Promise<string[]> {
		await new Promise<void>((resolve) => this.#emulator.write("", resolve));
		const { active } = this.#emulator.buffer;
		return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
	}

	/** Waits until the screen shows a text, even briefly. Throws with the screen's text. */
	async sees(text: string | RegExp, seconds = patience / 1000): Promise<string> {
		const found = () => {
			const shown = this.#shown().join("\n");
			return (typeof text === "string" ? shown.includes(text) : text.test(shown)) ? shown : undefined;
		};
		await this.screen();
		return await new Promise<string>((resolve, reject) => {
			const end = (): void => {
				clearTimeout(deadline);
				this.#drawn.off("drawn", look);
			};
			const look = (): void => {
				const shown = found();
				if (shown === undefined) return;
				end();
				// A frame may come in several packets.
				setTimeout(() => resolve(found() ?? shown), 20);
			};
			const deadline = setTimeout(() => {
				end();
				reject(new Error(`never saw ${text} but:\n${this.#shown().join("\n")}`));
			}, seconds * 1000);
			this.#drawn.on("drawn", look);
			look();
		});
	}

	/** The modes that a shell expects: cursor on, alternate screen, bracketed paste and reports of the focus off, its own title. */
	get isRestored(): boolean {
		const last = (on: string, off: string) => this.#raw.lastIndexOf(off) >= this.#raw.lastIndexOf(on);
		const manners = last("\x1b[?1004h", "\x1b[?1004l") && last("\x1b[22;2t", "\x1b[23;2t");
		return manners && last("\x1b[?25l", "\x1b[?25h") && last("\x1b[?1049h", "\x1b[?1049l") && last("\x1b[?2004h", "\x1b[?2004l");
	}

	/** Ends the program with HUP, so that it cleans up. */
	async close(): Promise<void> {
		if (!this.#end) this.#pty.kill("SIGTERM");
		const impatient = setTimeout(() => this.kill("SIGKILL"), patience);
		await this.ended;
		clearTimeout(impatient);
		this.dispose();
	}

	dispose(): void {
		this.#emulator.dispose();
		const wrong = this.#wrong();
		if (wrong.length) throw new Error(`the terminal was not treated as it must be: ${wrong.join("; ")}`);
	}

	/** Handles output in the terminal's order. */
	#watchFrames(): void {
		const { parser } = this.#emulator;
		const after = (note: () => void) => {
			note();
			return false;
		};
		const first = (parameters: readonly (number | number[])[]) => Number(parameters[0] ?? 0);
		parser.registerCsiHandler({ final: "J" }, (what) => after(() => first(what) === 2 && this.#frames.begin()));
		parser.registerCsiHandler({ final: "A" }, (rows) => after(() => this.#frames.wentUp(first(rows) || 1)));
		for (const final of ["h", "l"]) {
			parser.registerCsiHandler({ prefix: "?", final }, (mode) => after(() => first(mode) === 1049 && this.#frames.begin()));
		}
		this.#emulator.onLineFeed(() => this.#frames.wentDown());
		this.#emulator.onScroll(() => {
			const { active } = this.#emulator.buffer;
			// Entering the screen counts as scrolling; it is still empty.
			const top = active.type === "alternate" && active.getLine(0)?.translateToString(true);
			if (top) this.#frames.scrolled(top);
		});
	}

	#wrong(): string[] {
		const wrong: string[] = [];
		const tooTall = this.#frames.tooTall();
		if (tooTall !== undefined) wrong.push(`a frame was as tall as the terminal (then at the top: ${tooTall})`);
		if (this.#raw.includes("\x1b[3J")) wrong.push("the scrollback was cleared");
		// A killed program cannot clean up.
		if (!this.#end || this.#killed) return wrong;
		const { exitCode, modes, signal } = this.#end;
		if (!this.isRestored) wrong.push("cursor, alternate screen or marked pastes are not as before");
		if (modes !== usualModes()) wrong.push(`its modes are not as before: ${modes}`);
		if (exitCode === 70) wrong.push("the program ended with an internal error (70)");
		if (signal !== undefined) wrong.push(`the program died of signal ${signal} instead of ending with a status`);
		return wrong;
	}
}
