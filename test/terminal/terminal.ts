import { spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";

export const keys = { enter: "\r", escape: "\x1b", down: "\x1b[B", up: "\x1b[A", tab: "\t", ctrlC: "\x03" } as const;

/** A real pseudo-terminal with a program in it, and an emulator that shows what a person would see. */
export class PtyProgram {
	readonly ended: Promise<{ exitCode: number; signal?: number }>;
	readonly #emulator: Terminal;
	readonly #pty: ReturnType<typeof spawn>;
	#raw = "";

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
			name: "xterm-256color",
			env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...options.env },
		});
		this.#pty.onData((data) => {
			this.#raw += data;
			this.#emulator.write(data);
		});
		this.ended = new Promise((resolve) => {
			this.#pty.onExit(({ exitCode, signal }) => resolve({ exitCode, ...(signal ? { signal } : {}) }));
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
		this.#pty.resize(columns, rows);
		this.#emulator.resize(columns, rows);
	}

	kill(signal: string): void {
		this.#pty.kill(signal);
	}

	async screen(): Promise<string[]> {
		await new Promise<void>((resolve) => this.#emulator.write("", resolve));
		const { active } = this.#emulator.buffer;
		return Array.from(
			{ length: this.#emulator.rows },
			(_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? "",
		);
	}

	/** Waits until the screen shows a text; fails with what it showed instead. */
	async sees(text: string | RegExp, seconds = 30): Promise<string> {
		const deadline = Date.now() + seconds * 1000;
		for (;;) {
			const shown = (await this.screen()).join("\n");
			if (typeof text === "string" ? shown.includes(text) : text.test(shown)) return shown;
			if (Date.now() > deadline) throw new Error(`never saw ${text} but:\n${shown}`);
			await new Promise((resolve) => setTimeout(resolve, 30));
		}
	}

	/** Cursor on, alternate screen and marked pastes off: as a shell expects it. */
	get isRestored(): boolean {
		const last = (on: string, off: string) => this.#raw.lastIndexOf(off) >= this.#raw.lastIndexOf(on);
		return last("\x1b[?25l", "\x1b[?25h") && last("\x1b[?1049h", "\x1b[?1049l") && last("\x1b[?2004h", "\x1b[?2004l");
	}

	dispose(): void {
		this.#emulator.dispose();
	}
}
