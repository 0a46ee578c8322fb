import { spawn } from "node:child_process";
import { readlinkSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { Failure } from "../../core/failure.ts";
import { loaderProgram } from "../../core/watch/loader.ts";
import { mostNamespaces } from "../../core/watch/probe.ts";
import type { FailureWatch, FailureWatchRequest } from "../../engine/launch-ports.ts";
import { toolEnvironment } from "../launch/tools.ts";

/** Seconds between two looks at what the kernel noted. */
const interval = 1;

/**
 * Lets the kernel note which calls fail in cages that run (bpf(2)), by way of the host's perl, which can make any system call. Measured on
 * nginx under wrk: strace, which has to stop each call of a process that runs already, leaves a fraction of the speed; this is not to be told from
 * noise. When perl ends, however it ends, nothing of it stays in the kernel. Throws `watch-impossible` (exit 3) and `watch-no-namespace` (exit 3).
 */
export async function watchFailures({ onLine }: FailureWatchRequest): Promise<FailureWatch> {
	if (process.geteuid?.() !== 0) throw impossible("root");
	if (process.arch !== "x64") throw impossible(process.arch);
	const child = spawn("/usr/bin/perl", ["-e", loaderProgram(), String(interval)], {
		env: toolEnvironment,
		cwd: "/",
		stdio: ["pipe", "pipe", "pipe"],
		// A signal of the terminal is ours to pass on: what it has seen comes first.
		detached: true,
	});
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => {
		said = (said + chunk.toString("latin1")).slice(-1000);
	});
	child.stdin.on("error", () => {});
	const ended = new Promise<void>((resolve) => {
		child.on("error", (error) => {
			said = error.message;
			resolve();
		});
		child.on("close", () => resolve());
	});
	const lines = createInterface({ input: child.stdout });
	const ready = new Promise<boolean>((resolve) => {
		lines.on("line", (line) => (line === "ready" ? resolve(true) : onLine(line)));
		void ended.then(() => resolve(false));
	});
	if (!(await ready)) throw impossible(said.trim().replace(/\s+/g, " ").slice(0, 200));
	let told = "";
	return {
		ended,
		watch(processes) {
			const spaces = namespacesOf(processes);
			const line = spaces.join(" ");
			if (line !== "" && line !== told) child.stdin.write(`${line}\n`);
			if (line !== "") told = line;
		},
		async stop() {
			child.stdin.end();
			const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
			await ended;
			clearTimeout(timer);
		},
	};
}

/** Device and inode of each, the newest last. */
function namespacesOf(processes: readonly number[]): string[] {
	const host = readlinkSync("/proc/self/ns/pid");
	const found = new Set<string>();
	for (const pid of processes) {
		try {
			const place = `/proc/${pid}/ns/pid`;
			if (readlinkSync(place) === host) throw new Failure("watch-no-namespace", { pid }, 3);
			const { dev, ino } = statSync(place, { bigint: true });
			found.add(`${dev} ${ino}`);
		} catch (error) {
			// A process may vanish at any moment.
			if (error instanceof Failure) throw error;
		}
	}
	return [...found].slice(-mostNamespaces);
}

function impossible(detail: string): Failure {
	return new Failure("watch-impossible", { detail }, 3);
}
