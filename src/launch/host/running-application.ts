import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { attempt, reportedDiskFailure } from "../../base/host/errors.ts";
import { findInit, handledSignals, keepsAccount, mainProcess, runsCommands } from "../../base/host/processes.ts";
import { type ChildProcess, requireTool, runQuickTool, startTool } from "../../base/host/tools.ts";
import { type Path, pathToBytes } from "../../base/path/path.ts";
import { quoteShellLine } from "../../base/path/quote.ts";
import type { MeasuredConfinement } from "../../cage/cage.ts";
import { environmentName, launchFailed } from "../../confine/places.ts";
import type { ObservedProcess } from "../../confine/seccomp/observed-calls.ts";
import type { Limits } from "../../service/application.ts";
import { ownSignals, stopRequestName, withoutCommands } from "../../service/service-settings.ts";
import type { LaunchRequest, Readiness, RunEnd, StartedApplication } from "../ports.ts";
import { watchDisk } from "./cgroups.ts";
import { measureConfinement, observeConfinement } from "./observe-confinement.ts";
import { endOutputs, makeOutputs, type OutputRelay, type Outputs, relayOutputs, silence } from "./outputs.ts";
import type { TracePipe } from "./trace-pipe.ts";

interface SpawnedLaunch {
	readonly child: ChildProcess;
	readonly relay: OutputRelay;
}

/** Starts the launch command. `pipes` become descriptors 3 and later. */
export async function spawnLaunch(
	request: LaunchRequest,
	command: readonly string[],
	folder: string,
	pipes: readonly "pipe"[] = [],
): Promise<SpawnedLaunch> {
	const { attended, onOutput } = request;
	const words = attended === "terminal" ? withTerminal(quoteShellLine(command)) : command;
	// script(1) needs our own outputs; the application has another terminal then.
	const ours: Outputs = { stdio: [1, 2], readers: new Map(), close() {} };
	const outputs = attended === "terminal" && !onOutput ? ours : await makeOutputs(request, folder);
	const start = () => {
		try {
			return startTool(words[0] ?? "", words.slice(1), {
				stdio: [attended === "pipe" ? "pipe" : attended === "terminal" ? "inherit" : "ignore", ...outputs.stdio, ...pipes],
				// We pass Ctrl-C on, so it must not kill the launcher. But a terminal relay must receive size changes.
				detached: attended !== "terminal",
			});
		} finally {
			outputs.close();
		}
	};
	// Saved before anything can change it.
	const restoreTerminal = attended === "terminal" ? saveTerminal() : undefined;
	const child = start();
	if (restoreTerminal) child.on("close", restoreTerminal);
	if (child.stdin) pipeStdin(child.stdin);
	if (onOutput) for (const stream of [child.stdout, child.stderr]) stream?.on("data", onOutput);
	child.once("exit", () => endOutputs([child.stdout, child.stderr, ...outputs.readers.values()]));
	return { child, relay: relayOutputs(outputs, request) };
}

/** Uses a pipe, never the descriptor itself: a directory as stdin would allow an escape. */
function pipeStdin(stdin: Writable): void {
	stdin.on("error", () => {}); // It may end without reading everything.
	const input = process.stdin;
	// A terminal that hangs up is the end of the input.
	input.on("error", () => stdin.end());
	stdin.on("close", () => input.destroy());
	input.pipe(stdin);
}

/** A launch in progress, and the application that it becomes. */
export class RunningApplication implements StartedApplication {
	readonly ended: Promise<RunEnd>;
	init = 0;
	readonly readiness?: Readiness;
	private readonly child: ChildProcess;
	private readonly relay: OutputRelay;
	private readonly leadsGroup: boolean;
	private over: RunEnd | undefined;
	/** In milliseconds. Its output may not be written yet. */
	private exitedAt: number | undefined;
	private printed = "";
	private readonly isHeard: boolean;
	private readonly stopSignal: string;
	private readonly isDetaching: () => boolean;
	private readonly limits: Limits | undefined;
	private readonly folder: Path;

	/** `folder` holds the launch's files. `cleanUp` removes everything created for the launch, after it has ended. */
	constructor(
		{ child, relay }: SpawnedLaunch,
		request: LaunchRequest,
		{
			cleanUp,
			folder,
			readiness,
			trace,
		}: { folder: Path; trace: TracePipe | undefined; readiness?: Readiness; cleanUp: () => Promise<void> },
	) {
		this.child = child;
		if (readiness) this.readiness = readiness;
		this.relay = relay;
		child.once("exit", () => {
			this.exitedAt = performance.now();
		});
		this.folder = folder;
		this.limits = request.limits;
		// On the host, the init runs no commands.
		this.stopSignal = stopRequestName(request.launch.kind === "host" ? withoutCommands(request.service ?? {}) : request.service);
		this.isDetaching = request.isDetaching ?? (() => false);
		this.leadsGroup = request.attended !== "terminal";
		this.isHeard = request.onOutput !== undefined;
		if (this.isHeard) {
			const remember = (chunk: Buffer) => {
				this.printed = (this.printed + chunk.toString("utf8")).slice(-2000);
			};
			child.stdout?.on("data", remember);
			child.stderr?.on("data", remember);
		}
		const written = "sandbox" in request.launch ? request.launch.sandbox?.folder : undefined;
		let stoppedFor: RunEnd["stoppedFor"];
		const unwatch =
			written === undefined
				? () => {}
				: watchDisk(pathToBytes(written).toString(), () => {
						stoppedFor = "disk-space";
						this.kill();
					});
		this.ended = new Promise((resolve, reject) => {
			child.on("error", (error) => {
				unwatch();
				trace?.finish();
				reject(error);
			});
			// `close` comes after all output was read.
			child.on("close", (code, signal) => {
				unwatch();
				trace?.finish();
				const status = code ?? (signal === "SIGTERM" ? 143 : 137);
				this.over = stoppedFor ? { status, stoppedFor } : { status };
				const over = this.over;
				Promise.all([cleanUp(), relay.ended]).then(() => resolve(over), reject);
			});
		});
		// One signal may abort hundreds of launches, so ended ones stop listening.
		const kill = () => this.kill();
		request.signal?.addEventListener("abort", kill);
		child.on("close", () => request.signal?.removeEventListener("abort", kill));
		if (request.signal?.aborted) this.kill();
	}

	/** Resolves once the init runs. Throws if the launcher itself failed. */
	async started(): Promise<void> {
		for (let waited = 0; ; waited++) {
			const init = this.child.pid ? findInit(this.child.pid) : undefined;
			if (init) {
				this.init = init;
				return;
			}
			if (this.over) {
				// The application may have ended before we looked.
				const line = this.launchFailure(this.over.status);
				if (line !== undefined) throw reportedDiskFailure(line, this.folder) ?? new Failure("launch-failed", { detail: line }, 3);
				return;
			}
			await sleep(Math.min(5 + waited, 25));
		}
	}

	/** What the launch said last if it ended before the application was started. Undefined if the user has read its output. */
	private launchFailure(status: number): string | undefined {
		if (!this.isHeard) return undefined;
		const lines = this.printed.split("\n").filter((line) => line !== "");
		const last = lines.at(-1) ?? `status ${status}`;
		// The environment program also ends with this status if the application itself cannot be executed.
		if (status === launchFailed && !last.startsWith(`${environmentName}: cannot `)) return last;
		return lines.find((line) =>
			/^(setpriv|unshare|strace|nsenter|prlimit|sh|chroot|cagewright-(conf|bind|sock|env: launch)[a-z]*):/.test(line),
		);
	}

	/** After the application has ended, a later signal gives up output that nobody reads. */
	signal(name: string): void {
		if (this.exitedAt === undefined) {
			if (this.init) attempt(() => process.kill(this.init, ownSignals.get(name) ?? name));
		} else if (performance.now() - this.exitedAt > silence) this.relay.abandon();
	}

	measure(root: Path): MeasuredConfinement | undefined {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main === undefined ? undefined : measureConfinement(main, this.init, root, this.limits);
	}

	observe(root: Path): ObservedProcess | undefined {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main === undefined ? undefined : observeConfinement(main, this.init, root);
	}

	handledSignals(): string[] {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main ? handledSignals(main) : [];
	}

	isStarting(): boolean {
		return this.init > 0 && (this.isDetaching() || runsCommands(this.init));
	}

	keepsAccount(): boolean {
		return this.init > 0 && keepsAccount(this.init);
	}

	async stop(graceSeconds: number): Promise<RunEnd> {
		this.signal(this.stopSignal);
		const timer = setTimeout(() => this.kill(), graceSeconds * 1000);
		const ended = await this.ended;
		clearTimeout(timer);
		return ended;
	}

	private kill(): void {
		const { pid } = this.child;
		const target = this.init || (pid && this.leadsGroup ? -pid : pid);
		if (target) attempt(() => process.kill(target, "SIGKILL"));
	}
}

/**
 * The words before a command that give it its own terminal via script(1), so that the cage never holds the administrator's: its
 * settings and input stay its own (the filter also denies TIOCSTI). script receives TERM, not KILL, because it restores our
 * terminal then.
 */
function withTerminal(commandLine: string): string[] {
	return ["setpriv", "--pdeathsig", "TERM", requireTool("script"), "-q", "-e", "-c", `exec ${commandLine}`, "/dev/null"];
}

/** Saves our terminal's settings. The result restores them, because script may be killed in raw mode. */
function saveTerminal(): () => void {
	const stty = requireTool("stty");
	const run = (words: string[]) =>
		runQuickTool(stty, words, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" }).stdout.trim();
	const settings = run(["-g"]);
	return () => {
		if (settings) run([settings]);
	};
}

/** Descriptors 3 and 4 of a split launch. */
export const handOverPipes = ["pipe", "pipe"] as const;

/** Runs the mounts of a split launch (`splitLaunchScript`) when it asks. `command` receives its process ID. */
export function mountWhenAsked(
	launch: ChildProcess,
	command: (pid: number) => readonly string[],
	follow: (child: ChildProcess) => void,
): void {
	const [, , , question, answer] = launch.stdio as [unknown, unknown, unknown, Readable, Writable];
	// The launch may end before it reads the answer.
	answer.on("error", () => {});
	const refuse = (error: unknown) => answer.end(`${launchFailed}\n${(error as Error).message}\n`);
	question.once("data", (chunk: Buffer) => {
		try {
			const [name = "", ...words] = command(Number(chunk));
			const child = startTool(name, words, { stdio: ["ignore", "ignore", "pipe"] });
			follow(child);
			let printed = "";
			child.stderr.on("data", (text: Buffer) => {
				printed += text.toString("latin1");
			});
			child.once("error", refuse);
			child.once("close", (status) => answer.end(`${status ?? 137}\n${printed}`, "latin1"));
		} catch (error) {
			refuse(error);
		}
	});
}
