import { EventEmitter } from "node:events";
import { type IPty, spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";
import { Frames } from "./frames.ts";
import { modesAfter, usualModes } from "./modes.ts";

export const keys = { enter: "\r", escape: "\x1b", down: "\x1b[B", up: "\x1b[A", tab: "\t", ctrlC: "\x03" } as const;

interface End {
	readonly exitCode: number;
	readonly signal?: number;
	/** How the terminal was set then, as `stty -g` says it. */
	readonly modes: string;
}

/**
 * A real pseudo-terminal with a program in it, and an emulator that shows what a person would see. `dispose` fails where the
 * program did to the terminal what none may do, whatever else the test was about.
 */
export class PtyProgram {
	readonly ended: Promise<End>;
	readonly #emulator: Terminal;
	readonly #pty: IPty;
	/** Tells whoever waits that something was drawn: what stands there for a moment is seen too. */
	readonly #drawn = new EventEmitter().setMaxListeners(0);
	#raw = "";
	#end: End | undefined;
	#killed = false;
	readonly #frames: Frames;

	constructor(
		program: string,
		args: readonly string[],
		options: { columns: number; rows: number; env?: Readonly<Record<string, string>> },
	) {
		const { columns, rows } = options;
		this.#emulator = new Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
		this.#pty = spawn(program, [...args], {
			cols: columns,
			rows,
			name: options.env?.TERM ?? "xterm-256color",
			env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...options.env },
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

	/** Everything that was written to the terminal, escape sequences and all. */
	get raw(): string {
		return this.#raw;
	}

	press(...input: string[]): void {
		this.#pty.write(input.join(""));
	}

	resize(columns: number, rows: number): void {
		this.#frames.resized({ columns, rows });
		this.#emulator.resize(columns, rows);
		this.#pty.resize(columns, rows);
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
		return Array.from(
			{ length: this.#emulator.rows },
			(_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? "",
		);
	}

	/** Everything that a person can scroll back to, and the screen below it. */
	async history(): Promise<string[]> {
		await new Promise<void>((resolve) => this.#emulator.write("", resolve));
		const { active } = this.#emulator.buffer;
		return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
	}

	/** Waits until the screen shows a text, be it for a moment; fails with what it showed instead. */
	async sees(text: string | RegExp, seconds = 30): Promise<string> {
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
				// A frame may come in several packets: what follows at once belongs to it.
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

	/** Cursor on, alternate screen and marked pastes off: as a shell expects it. */
	get isRestored(): boolean {
		const last = (on: string, off: string) => this.#raw.lastIndexOf(off) >= this.#raw.lastIndexOf(on);
		return last("\x1b[?25l", "\x1b[?25h") && last("\x1b[?1049h", "\x1b[?1049l") && last("\x1b[?2004h", "\x1b[?2004l");
	}

	/** Ends what still runs as a lost connection to a service would: it takes away what it made, where a killed one leaves that to the next launch. */
	async close(): Promise<void> {
		if (!this.#end) this.#pty.kill("SIGTERM");
		const impatient = setTimeout(() => this.kill("SIGKILL"), 20_000);
		await this.ended;
		clearTimeout(impatient);
		this.dispose();
	}

	dispose(): void {
		this.#emulator.dispose();
		const wrong = this.#wrong();
		if (wrong.length) throw new Error(`the terminal was not treated as it must be: ${wrong.join("; ")}`);
	}

	/** In the order in which the terminal does it, which is later than it comes in. */
	#watchFrames(): void {
		const { parser } = this.#emulator;
		// Everything is left to the emulator as well.
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
			// Entering the screen counts as scrolling too; nothing stands there yet.
			const top = active.type === "alternate" && active.getLine(0)?.translateToString(true);
			if (top) this.#frames.scrolled(top);
		});
	}

	#wrong(): string[] {
		const wrong: string[] = [];
		const tooTall = this.#frames.tooTall();
		if (tooTall !== undefined) wrong.push(`a frame was as tall as the terminal (then at the top: ${tooTall})`);
		if (this.#raw.includes("\x1b[3J")) wrong.push("the scrollback was cleared");
		// Whoever is killed cannot tidy up.
		if (!this.#end || this.#killed) return wrong;
		const { exitCode, modes, signal } = this.#end;
		if (!this.isRestored) wrong.push("cursor, alternate screen or marked pastes are not as before");
		if (modes !== usualModes()) wrong.push(`its modes are not as before: ${modes}`);
		if (exitCode === 70) wrong.push("the program ended with a bug of its own (70)");
		if (signal !== undefined) wrong.push(`the program died of signal ${signal} instead of ending with a status`);
		return wrong;
	}
}
