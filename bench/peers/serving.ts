import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Subject } from "./subjects.ts";

/** Starts a server, waits for its first answer, and stops it, in the bench's own PID namespace. */

const patience = 10_000;

export interface Started {
	readonly child: ChildProcess;
	/** Its output so far, both streams. */
	output(): string;
	readonly over: Promise<void>;
}

export function start(command: readonly string[], cwd = "/"): Started {
	const [program = "", ...args] = command;
	// The same for all tools, as Cagewright sets it: a locale of the host would be looked for in the cage.
	const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C", HOME: cwd };
	const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	const keep = (chunk: Buffer) => {
		output = (output + chunk.toString()).slice(-65_536);
	};
	child.stdout?.on("data", keep);
	child.stderr?.on("data", keep);
	return { child, output: () => output, over: new Promise((resolve) => child.on("close", () => resolve())) };
}

/** Resolves with undefined once the right answer came, otherwise with the messages about it. */
export async function firstAnswer(subject: Subject, { child, output }: Started): Promise<string | undefined> {
	for (const began = performance.now(); performance.now() - began < patience; ) {
		const answer = await subject.ask();
		if (answer === "right") return undefined;
		if (answer) return `${output()}\n${answer.wrong}`;
		if (child.exitCode !== null || child.signalCode !== null) {
			await sleep(20);
			return output() || `ended with ${child.exitCode ?? child.signalCode}`;
		}
		await sleep(5);
	}
	return `${output()}\nno answer`;
}

/** Sends TERM to the server itself, because a tracer passes nothing on, and KILL if that does not help. */
export async function stop(subject: Subject, started: Started): Promise<void> {
	const [first] = serversOf(subject);
	if (first === undefined) started.child.kill("SIGTERM");
	else process.kill(first, "SIGTERM");
	const killer = setTimeout(() => {
		for (const pid of serversOf(subject)) process.kill(pid, "SIGKILL");
		started.child.kill("SIGKILL");
	}, patience);
	await started.over;
	while (serversOf(subject).length) await sleep(10);
	clearTimeout(killer);
}

function serversOf({ processName }: Subject): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => {
			try {
				const status = readFileSync(`/proc/${pid}/status`, "latin1");
				return status.startsWith(`Name:\t${processName}\n`) && !/^State:\tZ/m.test(status);
			} catch {
				return false;
			}
		})
		.sort((a, b) => a - b);
}

/** Whether all processes of the server have this directory as their root. */
export function isInside(subject: Subject, root: string): boolean {
	const identity = (path: string) => {
		const { dev, ino } = statSync(path, { bigint: true });
		return `${dev}:${ino}`;
	};
	const servers = serversOf(subject);
	return servers.length > 0 && servers.every((pid) => identity(`/proc/${pid}/root/.`) === identity(root));
}

/** Requests per second, as the load generator prints them. */
export function throughput({ load, perSecond }: Subject, run = (line: string) => shell(line)): number {
	const output = run(load);
	const value = Number(perSecond.exec(output)?.[1]);
	if (!value) throw new Error(`no result of ${load}: ${output}`);
	return value;
}

export function shell(line: string, env: Readonly<Record<string, string>> = {}): string {
	const { status, stderr, stdout } = spawnSync("/bin/sh", ["-euc", line], {
		encoding: "utf8",
		env: { ...process.env, ...env },
		maxBuffer: 64 * 1024 * 1024,
	});
	if (status !== 0) throw new Error(`${line}: ${stderr}`);
	return stdout;
}

/**
 * Gives the cage its own copy of every file. Otherwise, after a tool that creates hard links, a repair of the cage's /etc/group
 * would change the host's.
 */
export function unlinkFromHost(directory: string): void {
	shell(`cd '${directory}' && find . -type f -links +1 -exec sh -euc 'cp -p "$1" "$1.own" && mv "$1.own" "$1"' sh {} ';'`);
}

export interface Counted {
	readonly files: number;
	readonly bytes: number;
	/** Files that are hard links to the host's own. */
	readonly linked: number;
}

export function count(directory: string): Counted {
	let [files, bytes, linked] = [0, 0, 0];
	for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const { nlink, size } = lstatSync(join(entry.parentPath, entry.name));
		files++;
		bytes += size;
		if (nlink > 1) linked++;
	}
	return { files, bytes, linked };
}
