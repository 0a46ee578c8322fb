import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Reads commands as JSON lines and runs the built command line for each. After each, stderr gets a NUL, and stdout gets the status
 * between two of them. The first line names the program, because tests look for its folder in the commands of processes.
 */
const script = `
	import { createInterface } from "node:readline";
	const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
	const { module, program } = JSON.parse((await lines.next()).value);
	process.argv[1] = program;
	const { runProgram } = await import(module);
	for await (const line of lines) {
		const status = await runProgram(JSON.parse(line));
		process.stderr.write("\\0");
		process.stdout.write("\\0" + status + "\\0");
	}`;

/** What a command printed before it ended. */
export interface Ran {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * A process that runs one command after another, because starting the program for each takes half a second and its code is slow at
 * first. It differs from the test's process in its environment, or in its account or namespaces.
 */
export class Resident {
	readonly #child: ChildProcess;
	#text = { stdout: "", stderr: "" };
	#ended: Error | undefined;
	#arrived: () => void = () => {};
	isBusy = false;

	/** `enter` are words before the command of the process. `module` is the URL of the built command line, of this `program`. */
	constructor(enter: readonly string[], env: NodeJS.ProcessEnv, names: { readonly module: string; readonly program: string }) {
		const [command = "", ...rest] = [...enter, process.execPath, "--input-type=module", "--eval", script];
		this.#child = spawn(command, rest, { cwd: "/", env, stdio: "pipe" });
		for (const name of ["stdout", "stderr"] as const) {
			this.#child[name]?.setEncoding("utf8").on("data", (text: string) => {
				this.#text[name] += text;
				this.#arrived();
			});
		}
		const end = (cause: unknown) => {
			this.#ended = new Error(`the process ended: ${this.#text.stderr}`, { cause });
			this.#arrived();
		};
		this.#child.on("error", end).on("close", end);
		this.#child.stdin?.on("error", () => {});
		this.#send(names);
	}

	async end(): Promise<void> {
		if (this.#ended) return;
		this.#child.stdin?.end();
		await once(this.#child, "close");
	}

	/** Runs a command while no other runs. */
	async run(args: readonly string[]): Promise<Ran> {
		this.isBusy = true;
		this.#send(args);
		for (;;) {
			const { stderr, stdout } = this.#text;
			// What a command prints may contain NULs too.
			const end = stdout.lastIndexOf("\0", stdout.length - 2);
			const [, status] = /^\0(\d+)\0$/.exec(stdout.slice(end)) ?? [];
			if (end >= 0 && status !== undefined && stderr.endsWith("\0")) {
				this.#text = { stdout: "", stderr: "" };
				this.isBusy = false;
				return { status: Number(status), stdout: stdout.slice(0, end), stderr: stderr.slice(0, -1) };
			}
			if (this.#ended) throw this.#ended;
			await new Promise<void>((resolve) => {
				this.#arrived = resolve;
			});
		}
	}

	#send(value: unknown): void {
		this.#child.stdin?.write(`${JSON.stringify(value)}\n`);
	}
}
