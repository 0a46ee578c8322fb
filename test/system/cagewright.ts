import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "vitest";
import { afterFile } from "./clean-up.ts";
import { describedEvents, describedJson, type EventLine, type Json } from "./described.ts";
import { eventually } from "./eventually.ts";
import { leftovers } from "./processes.ts";
import { Resident } from "./resident.ts";

export type { EventLine, Json } from "./described.ts";

/** Runs the built program as a shell or a script does, and ensures that no test leaves anything behind. */

export const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const program = process.env.CAGEWRIGHT_PROGRAM ?? join(home, "dist/main.js");

export interface Where {
	readonly state: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly input?: string;
	readonly cwd?: string;
	/** Words before the command, which select its network or mount namespace. */
	readonly enter?: readonly string[];
	/** Another copy of the program, if this one is unreadable. */
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
	/** stdout as JSON. Throws if it is not JSON, or not as the verb's schema describes it. */
	get json(): Json {
		if (this.stdout === "") throw new Error(`no result, but status ${this.status}: ${this.stderr}`);
		return describedJson(this.stdout);
	}
	/** The events of `--events` on stderr. Throws if one is not as its schema describes it. */
	get events(): EventLine[] {
		return describedEvents(this.stderr);
	}
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

/** Ends with the block that declares it with `await using`. */
export interface Started extends AsyncDisposable {
	readonly pid: number;
	readonly ended: Promise<Result>;
	/** Output so far. */
	stdout(): string;
	stderr(): string;
	/** Resolves once stderr contains this text. Rejects if the program ends first. */
	says(text: string | RegExp): Promise<void>;
	send(signal: NodeJS.Signals): void;
	/** Sends a signal and waits for the process to exit. */
	stop(signal?: NodeJS.Signals): Promise<Result>;
}

const live = new Set<ChildProcess>();
const states = new Set<string>();
/** Words in the commands of applications that must not outlive a test. */
const watched = new Set<string>();

const ownEnvironment = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", NO_COLOR: "1", CAGEWRIGHT_STATE: undefined, LANGUAGE: undefined };

const environmentOf = ({ env }: Pick<Where, "env">) => ({ ...process.env, ...ownEnvironment, ...env });

/** Waits for a command that must succeed. */
export async function must(command: Promise<Result>): Promise<Result> {
	const result = await command;
	expect(result.status, result.stderr).toBe(0);
	return result;
}

/** Starts a command without waiting for it. */
export function begin(args: readonly string[], where: Where): Started {
	const [command = "", ...rest] = [
		...(where.enter ?? []),
		process.execPath,
		where.program ?? program,
		"--state",
		where.state,
		...args,
	];
	const child = spawn(command, rest, { env: environmentOf(where), cwd: where.cwd ?? "/", stdio: "pipe" });
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
		stdout: () => stdout,
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
		async [Symbol.asyncDispose]() {
			child.kill();
			await ended;
		},
	};
}

/** Verbs that neither read input nor pass signals on. */
const quietVerbs = new Set([
	"apps",
	"build",
	"check",
	"diff",
	"explain",
	"export",
	"list",
	"metrics",
	"minimise",
	"plan",
	"record",
	"remove",
	"rollback",
	"selftest",
	"sessions",
	"show",
	"signal",
	"template",
	"trial",
	"unit",
	"update",
]);

/**
 * Runs a command to its end. Most commands run in this process, or in one that stays for the file's other commands, because starting
 * the program takes half a second. `begin` always starts the program.
 */
export function cagewright(args: readonly string[], where: Where): Promise<Result> {
	const { cwd, enter, env, input, state, ...others } = where;
	const isQuiet = quietVerbs.has(args[0] ?? "") || args.includes("--yes");
	// Mounts over its state would look as if they were left.
	const mounts = enter?.some((word) => word.includes(state));
	if (!isQuiet || mounts || cwd !== undefined || input !== undefined) return begin(args, where).ended;
	if (enter === undefined && env === undefined && others.program === undefined) return inProcess(args, where);
	return inResident(["--state", state, ...args], where);
}

let residents: { readonly key: string; readonly resident: Resident }[] = [];

async function inResident(args: readonly string[], where: Where): Promise<Result> {
	const { enter = [], env, program: own = program } = where;
	const key = JSON.stringify([enter, env, own]);
	let resident = residents.find((one) => one.key === key && !one.resident.isBusy)?.resident;
	if (!resident) {
		if (residents.length === 0) afterFile(endResidents);
		resident = startResident(where);
		residents.push({ key, resident });
	}
	const { status, stderr, stdout } = await resident.run(args);
	return new Result(status, stdout, stderr);
}

/** Starts a process that runs commands until its owner ends it. */
export function startResident(where: Omit<Where, "state">): Resident {
	const { enter = [], program: own = program } = where;
	return new Resident(enter, environmentOf(where), { module: builtModule(own), program: own });
}

/** Ends the processes that stay. The next command starts them again. */
export async function endResidents(): Promise<void> {
	const all = residents;
	residents = [];
	await Promise.all(all.map(({ resident }) => resident.end()));
}

interface BuiltProgram {
	readonly runProgram: (args: readonly string[]) => Promise<number>;
}

let built: Promise<BuiltProgram> | undefined;

/** URL of the module with the command line of a built program. */
function builtModule(own: string): string {
	const folder = dirname(own);
	const file = readdirSync(folder).find((name) => /^program-\w+\.js$/.test(name));
	if (file === undefined) throw new Error(`no built program in ${folder}`);
	return pathToFileURL(join(folder, file)).href;
}

/** The end of the last call. Calls run one after the other, because they share this process's output. */
let last: Promise<unknown> = Promise.resolve();

/** Runs the built command line in this process. Only for commands that read no input and ignore the working directory. */
export function inProcess(args: readonly string[], { state }: { readonly state: string }): Promise<Result> {
	const result = last.then(() => capture(["--state", state, ...args]));
	last = result.catch(() => {});
	return result;
}

async function capture(args: readonly string[]): Promise<Result> {
	built ??= import(/* @vite-ignore */ builtModule(program)) as Promise<BuiltProgram>;
	const { runProgram } = await built;
	const usual = Object.fromEntries(Object.keys(ownEnvironment).map((name) => [name, process.env[name]]));
	const [, runner = ""] = process.argv;
	setEnvironment(ownEnvironment);
	// Scripts and units that the program writes start it again.
	process.argv[1] = program;
	const streams = { stdout: "", stderr: "" };
	const names = ["stdout", "stderr"] as const;
	const writes = names.map((name) => process[name].write);
	for (const name of names) {
		process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
			streams[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
			const done = rest.at(-1);
			if (typeof done === "function") done();
			return true;
		};
	}
	try {
		const status = await runProgram(args);
		return new Result(status, streams.stdout, streams.stderr);
	} finally {
		setEnvironment(usual);
		process.argv[1] = runner;
		names.forEach((name, index) => {
			const write = writes[index];
			if (write) process[name].write = write;
		});
	}
}

function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
	for (const [name, value] of Object.entries(values)) {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
}

/** `make … --yes --json`, which must succeed. Skips the self-test, which takes as long as the trial and has its own tests. */
export function make(args: readonly string[], where: Where): Promise<Made> {
	return makeAsUsual(["--no-selftest", ...args], where);
}

/** `make … --yes --json` with the self-test, which must succeed. */
export async function makeAsUsual(args: readonly string[], where: Where): Promise<Made> {
	const separator = args.indexOf("--");
	const options = ["--yes", "--json", "--quiet"];
	const all = separator < 0 ? [...args, ...options] : [...args.slice(0, separator), ...options, ...args.slice(separator)];
	const result = await cagewright(["make", ...all], where);
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	return result.json as Made;
}

/** Starts `run NAME` in the foreground, as a service manager does. */
export function startRun(name: string, where: Where, options: readonly string[] = []): Started {
	return begin(["run", name, ...options], where);
}

/** Creates a folder that other accounts can enter. It is removed after the file's tests. */
export function temporaryFolder(purpose: string): string {
	const { CAGEWRIGHT_TEST_FOLDER: ours } = process.env;
	const folder = mkdtempSync(ours ? join(ours, `${purpose}-`) : join(tmpdir(), `cagewright-${purpose}-`));
	chmodSync(folder, 0o755);
	afterFile(() => {
		rmSync(folder, { recursive: true, force: true });
		states.delete(folder);
	});
	watchFor(folder);
	return folder;
}

/** No application with this word in its command may outlive a test. */
export function watchFor(word: string): void {
	watched.add(word);
	afterFile(() => watched.delete(word));
}

/** Creates a state folder. After every test, it may contain nothing but cages, and nothing started from it may still exist. */
export function temporaryState(): string {
	const state = temporaryFolder("state");
	states.add(state);
	return state;
}

/** Ends and reports the processes that a test forgot, and reports everything else that it left. */
export async function expectNothingLeft(): Promise<void> {
	// A failed test's remains must not make the next tests fail.
	const forgotten = [...live];
	for (const child of forgotten) child.kill("SIGTERM");
	const impatient = setTimeout(() => forgotten.forEach((child) => void child.kill("SIGKILL")), 10_000);
	await Promise.all(forgotten.map((child) => once(child, "close")));
	clearTimeout(impatient);
	await eventually(() => expect(leftovers([...states], [...watched])).toEqual([]));
	expect(forgotten.map((child) => child.spawnargs.join(" "))).toEqual([]);
}
