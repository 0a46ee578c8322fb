import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { isLong } from "../long.ts";
import { program, startResident, temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { type HostCopy, hostCopy, stateInCopy } from "./host-copy.ts";
import { makeOddPaths } from "./odd-paths.ts";
import { prepared } from "./path-uses.ts";
import type { Ran, Resident } from "./resident.ts";
import { differences, type Snapshot } from "./snapshot.ts";

/** Exit statuses of the documentation. */
const documented: readonly number[] = [0, 1, 2, 3, 4, 125, 129, 130, 143];

export interface CarelessCommand {
	readonly words: readonly string[];
	/** Shell lines that run before it, in a mount namespace of its own. */
	readonly surroundings?: string;
	/** Whether a line of `differences()` is what the command is for. It may always change its state folder, unless it is refused. */
	mayChange(change: string): boolean;
	/** Exit statuses. Default: all that the documentation names. */
	readonly ends?: readonly number[];
}

export interface Judged {
	readonly status: number;
	/** What is wrong with its exit status or message, and everything that it must not change. */
	readonly problems: readonly string[];
}

/** systemctl touches a file when it reads units, and facts about the machine are cached. */
const isPassing = /: (?:\/run\/systemd\/systemd-units-load|\/var\/lib\/cagewright\/(?:features|tools)\.json) /;

/** Much longer than any of these commands takes on a busy machine. */
const longest = 600_000;

/** Verbs that give their streams to an application, so they start the program instead of using the process that stays. */
const streamVerbs = ["run", "shell"];

/** Of one command, in a report. */
const mostChanges = 5;

/** A copy of the machine with odd paths, a cage and a template, for commands that must not harm it. It is renewed after harm. */
export class CarelessHost {
	#copy: HostCopy | undefined;
	#resident: Resident | undefined;
	#before: Snapshot = new Map();
	readonly #kept = temporaryFolder("careless");
	#isPrepared = false;

	get copy(): HostCopy {
		if (!this.#copy) throw new Error("the host is not there yet");
		return this.#copy;
	}

	async judge({ ends = documented, mayChange, surroundings, words }: CarelessCommand): Promise<Judged> {
		if (!this.#copy) await this.#begin();
		const isGivingStreams = streamVerbs.includes(words[0] ?? "");
		const ran = await this.#run(["--quiet", ...words], surroundings ?? (isGivingStreams ? ":" : undefined)).catch(
			(error: Error) => error.message,
		);
		if (typeof ran !== "object") {
			await this.#end();
			return { status: -1, problems: [ran ?? "it does not end"] };
		}
		const { status } = ran;
		const changes = await this.#changes();
		const isOfState = (change: string) => /^\w+: \/var\/lib\/cagewright/.test(change);
		// A command that was refused has changed no cage either.
		const mayChangeState = status < 2 || status > 125;
		const harm = changes.filter((change) => !mayChange(change) && !(isOfState(change) && mayChangeState));
		if (changes.some((change) => !isOfState(change))) await this.#end();
		else if (changes.length) this.#restore();
		const wrong = ends.includes(status) ? [] : [`it ends with ${status}: ${ran.stderr}`];
		return { status, problems: [...wrong, ...wrongWith(ran), ...harm.slice(0, mostChanges)] };
	}

	/** Resolves to nothing if the command does not end. */
	async #run(words: readonly string[], surroundings?: string): Promise<Ran | undefined> {
		const ended = new AbortController();
		const late = setTimeout(longest, undefined, { signal: ended.signal }).catch(() => undefined);
		try {
			const running = surroundings === undefined ? this.#resident?.run(words) : this.#runIn(surroundings, words);
			return await Promise.race([running, late]);
		} finally {
			ended.abort();
		}
	}

	#runIn(surroundings: string, words: readonly string[]): Promise<Ran> {
		const namespace = [...this.copy.enter, "unshare", "--mount", "--propagation", "private"];
		const shell = ["bash", "-c", `${surroundings}\nexec "$@"`, "bash", process.execPath, program, ...words];
		const [command = "", ...rest] = [...namespace, ...shell];
		return new Promise((resolve) => {
			const child = execFile(command, rest, { encoding: "utf8", env: plainEnvironment, cwd: "/" }, (error, stdout, stderr) => {
				resolve({ status: error ? (typeof error.code === "number" ? error.code : -1) : 0, stdout, stderr });
			});
			child.stdin?.end();
		});
	}

	/** Processes and mounts of a command that failed may end a moment later. */
	async #changes(): Promise<string[]> {
		const look = () => differences(this.#before, this.copy.snapshot()).filter((change) => !isPassing.test(change));
		const passing = (changes: readonly string[]) => changes.filter((change) => /^\w+: (process|mount) /.test(change));
		if (passing(look()).length) await eventually(() => expect(passing(look())).toEqual([])).catch(() => {});
		return look();
	}

	async #begin(): Promise<void> {
		this.#copy = await hostCopy(makeOddPaths);
		const { enter, root } = this.#copy;
		this.#resident = startResident({ enter });
		const must = async (...words: string[]) => expect(await this.#run(["--quiet", ...words])).toMatchObject({ status: 0 });
		if (!this.#isPrepared) {
			mkdirSync(`${root}/srv/prepared`);
			await must("make", "redis", "--yes", "--no-selftest");
			await must("template", "save", "redis", "--as", "small");
			await must("template", "export", "small", "-o", prepared.template);
			await must("export", "redis", "-o", prepared.archive);
			await must("record", "redis", "-o", prepared.record);
			execFileSync("cp", ["-a", `${root}${stateInCopy}`, `${this.#kept}/state`]);
			execFileSync("cp", ["-a", `${root}/srv/prepared`, this.#kept]);
			this.#isPrepared = true;
		} else execFileSync("cp", ["-a", `${this.#kept}/prepared`, `${root}/srv`]);
		await must("list");
		this.#restore();
	}

	#restore(): void {
		const state = `${this.copy.root}${stateInCopy}`;
		execFileSync("find", [state, "-mindepth", "1", "-delete"]);
		execFileSync("cp", ["-a", `${this.#kept}/state/.`, state]);
		this.#before = this.copy.snapshot();
	}

	async #end(): Promise<void> {
		await this.#copy?.dispose();
		this.#copy = undefined;
	}
}

const plainEnvironment = {
	PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	HOME: "/root",
	LANG: "C.UTF-8",
	NO_COLOR: "1",
};

/** An error is one line, which cannot control the terminal. */
function wrongWith({ status, stderr, stdout }: Ran): string[] {
	const errors = stderr.split("\n").filter((line) => line.startsWith("cagewright: "));
	// A file with several mistakes has a line for each. They are the result of `template check`.
	const isList = /^(?:.+:\d+:\d+: [^\n]+\n)+$/.test(stderr || stdout);
	// `doctor` prints what the machine lacks as its result.
	const isFinding = status === 3 && !stderr && /^\[--\] /m.test(stdout);
	const isOneLine = status < 2 || status > 125 || errors.length === 1 || isList || isFinding;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
	const hasControls = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stderr);
	return [
		...(isOneLine ? [] : [`not one error: ${JSON.stringify(stderr)}`]),
		...(/^ {4}at /m.test(stderr) ? [`a stack trace: ${stderr}`] : []),
		...(hasControls ? [`control characters: ${JSON.stringify(stderr)}`] : []),
	];
}

/** Runs these commands one after the other. Fails with all that harmed something. */
export async function expectNoProblems(
	host: CarelessHost,
	commands: readonly (CarelessCommand & { readonly name: string })[],
): Promise<void> {
	const failures: string[] = [];
	for (const command of commands) {
		const { problems } = await host.judge(command);
		if (!problems.length) continue;
		failures.push(`${command.name}: ${problems.map((problem) => problem.slice(0, 400)).join("\n  ")}`);
		if (isLong) console.error(failures.at(-1));
	}
	// As text, because a reporter shortens a list.
	expect(failures.join("\n")).toBe("");
}
