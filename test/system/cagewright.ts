import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect } from "vitest";
import { eventually } from "./eventually.ts";
import { leftovers } from "./processes.ts";

/** Runs the built program the way a shell or a script does, and sees to it that no test leaves anything behind. */

export const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const program = process.env.CAGEWRIGHT_PROGRAM ?? join(home, "dist/main.js");

export interface Where {
	readonly state: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly input?: string;
	readonly cwd?: string;
	/** Words before the command: in which network or mount namespace it runs. */
	readonly enter?: readonly string[];
	/** Another copy of the program, where this one cannot be read. */
	readonly program?: string;
}

export class Result {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
	constructor(status: number, stdout: string, stderr: string) {
		this.status = status;
		this.stdout = stdout;
		this.stderr = stderr;
	}
	/** stdout as JSON. Throws a `SyntaxError` if it is not JSON. */
	get json(): Json {
		return JSON.parse(this.stdout) as Json;
	}
}

/** What the tests look at in any verb's JSON. */
export interface Json {
	readonly schema: string;
	readonly [field: string]: unknown;
}

/** The contract's "Result of `make --json`". */
export interface Made extends Json {
	readonly name: string;
	readonly root: string;
	readonly data: string;
	readonly answered: boolean;
	readonly rounds: readonly {
		readonly added: readonly string[];
		readonly missing: readonly unknown[];
		readonly probes: readonly { readonly command: string; readonly ok: boolean }[];
	}[];
	readonly files: number;
	readonly symlinks: number;
	readonly directories: number;
	readonly bytes: number;
	readonly devices: readonly string[];
	readonly accounts: { readonly users: readonly string[]; readonly groups: readonly string[] };
	readonly confinement: {
		readonly launcher: string;
		readonly user: string;
		readonly capabilities: readonly string[];
		readonly seccomp: boolean;
		readonly landlock: boolean;
		readonly namespaces: readonly string[];
		readonly network: string;
		readonly openings: Readonly<Record<string, unknown>>;
		readonly limits?: readonly { readonly kind: string; readonly value: number; readonly by: string }[];
		readonly findings: readonly unknown[];
		readonly warnings: readonly unknown[];
	};
	readonly seconds: Readonly<Record<"trace" | "plan" | "build" | "trial", number>>;
}

export interface Started {
	readonly pid: number;
	readonly ended: Promise<Result>;
	/** What it printed on stderr so far. */
	stderr(): string;
	/** Resolves once stderr says this; rejects if it ends without. */
	says(text: string | RegExp): Promise<void>;
	send(signal: NodeJS.Signals): void;
	/** Sends a signal and waits for the end. */
	stop(signal?: NodeJS.Signals): Promise<Result>;
}

const live = new Set<ChildProcess>();
const states = new Set<string>();
const folders: string[] = [];
/** Words in the commands of applications that may not outlive a test. */
const watched = new Set<string>();

/** Begins a command and does not wait for it. */
export function begin(args: readonly string[], where: Where): Started {
	const [command = "", ...rest] = [
		...(where.enter ?? []),
		process.execPath,
		where.program ?? program,
		"--state",
		where.state,
		...args,
	];
	const { CAGEWRIGHT_STATE: _, LANGUAGE: __, ...inherited } = process.env;
	const child = spawn(command, rest, {
		env: { ...inherited, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", NO_COLOR: "1", ...where.env },
		cwd: where.cwd ?? "/",
		stdio: "pipe",
	});
	live.add(child);
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	child.stdin.on("error", () => {});
	child.stdin.end(where.input ?? "");
	let over = false;
	const ended = new Promise<Result>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => {
			live.delete(child);
			over = true;
			const status = code ?? (signal === "SIGKILL" ? 137 : 128);
			resolve(new Result(status, stdout, stderr));
		});
	});
	return {
		pid: child.pid ?? 0,
		ended,
		stderr: () => stderr,
		async says(text) {
			const said = () => (typeof text === "string" ? stderr.includes(text) : text.test(stderr));
			await eventually(() => {
				if (!said() && !over) throw new Error(`never said ${text}: ${stderr}`);
			});
			expect(stderr).toMatch(text);
		},
		send: (signal) => void child.kill(signal),
		stop(signal = "SIGTERM") {
			child.kill(signal);
			return ended;
		},
	};
}

export function cagewright(args: readonly string[], where: Where): Promise<Result> {
	return begin(args, where).ended;
}

/** `make … --yes --json`, which must work. Without the self-test, which takes as long as the trial and has its own tests. */
export function make(args: readonly string[], where: Where): Promise<Made> {
	return makeAsUsual(["--no-selftest", ...args], where);
}

/** `make … --yes --json` with the self-test, which must work. */
export async function makeAsUsual(args: readonly string[], where: Where): Promise<Made> {
	const separator = args.indexOf("--");
	const options = ["--yes", "--json", "--quiet"];
	const all = separator < 0 ? [...args, ...options] : [...args.slice(0, separator), ...options, ...args.slice(separator)];
	const result = await cagewright(["make", ...all], where);
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	return result.json as Made;
}

/** `run NAME` in the foreground, as a service manager would keep it. */
export function startRun(name: string, where: Where, options: readonly string[] = []): Started {
	return begin(["run", name, ...options], where);
}

/** A folder for one purpose that other accounts can enter, removed when the file's tests are over. */
export function temporaryFolder(purpose: string): string {
	const folder = mkdtempSync(join(tmpdir(), `cagewright-${purpose}-`));
	chmodSync(folder, 0o755);
	folders.push(folder);
	watchFor(folder);
	return folder;
}

/** No application with this word in its command may outlive a test. */
export function watchFor(word: string): void {
	watched.add(word);
}

/** A state folder of its own; after every test nothing may be left in it or from it but its cages. */
export function temporaryState(): string {
	const state = temporaryFolder("state");
	states.add(state);
	return state;
}

afterEach(async () => {
	// What a failed test did not come to end must not make the next ones fail as well.
	const forgotten = [...live];
	for (const child of forgotten) child.kill("SIGTERM");
	const impatient = setTimeout(() => forgotten.forEach((child) => void child.kill("SIGKILL")), 10_000);
	await Promise.all(forgotten.map((child) => once(child, "close")));
	clearTimeout(impatient);
	for (const state of states) await eventually(() => expect(leftovers(state, [...watched])).toEqual([]));
	expect(forgotten.map((child) => child.spawnargs.join(" "))).toEqual([]);
});

afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
