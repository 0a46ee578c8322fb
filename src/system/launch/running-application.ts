import { fstatSync } from "node:fs";
import { type Readable, Transform, type Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import type { Limits } from "../../core/application/application.ts";
import type { MeasuredConfinement } from "../../core/cage/cage.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { quoteShellLine } from "../../core/path/quote.ts";
import type { Observed } from "../../core/selftest/outside.ts";
import { TerminalText } from "../../core/text.ts";
import type { Ended, Launched, LaunchRequest } from "../../engine/launch-ports.ts";
import { attempt, reportedDiskFailure } from "../files/errors.ts";
import { type ChildProcess, requireTool, runQuickTool, startTool } from "../tools.ts";
import { watchDisk } from "./limits.ts";
import { measureConfinement, observeConfinement } from "./observe-confinement.ts";
import { findInit, handledSignals, keepsAccount, mainProcess } from "./processes.ts";
import type { TracePipe } from "./trace-pipe.ts";

/** Starts the launch command. `pipes` become descriptors 3 and later. */
export function spawnLaunch(request: LaunchRequest, command: readonly string[], pipes: readonly "pipe"[] = []): ChildProcess {
	const { attended } = request;
	const words = attended === "terminal" ? withTerminal(quoteShellLine(command)) : [...command];
	// A relayed terminal needs our own outputs; the application has another terminal then.
	const outputs = attended === "terminal" && !request.onOutput ? [1, 2] : outputsFor(request);
	// Saved before anything can change it.
	const restoreTerminal = attended === "terminal" ? saveTerminal() : undefined;
	const child = startTool(words[0] ?? "", words.slice(1), {
		stdio: [attended === "pipe" ? "pipe" : attended === "terminal" ? "inherit" : "ignore", ...outputs, ...pipes],
		// We pass Ctrl-C on, so it must not kill the launcher. But a terminal relay must receive size changes.
		detached: attended !== "terminal",
	});
	if (restoreTerminal) child.on("close", restoreTerminal);
	if (child.stdin) pipeStdin(child.stdin);
	relayOutputs(child, request, outputs);
	child.once("exit", () => endOutputs(child));
	return child;
}

/** Milliseconds of silence after which the output of an ended application counts as complete. */
const silence = 1000;

/**
 * Closes the outputs of an ended child once they are read. Their other end may stay open, because an application can pass its
 * descriptors to another process via a unix socket.
 */
function endOutputs(child: ChildProcess): void {
	for (const stream of [child.stdout, child.stderr]) {
		if (!stream || stream.destroyed) continue;
		let isSilent = true;
		stream.on("data", () => {
			isSilent = false;
		});
		const timer = setInterval(() => {
			// A paused stream still has data.
			if (isSilent && stream.readableFlowing !== false) stream.destroy();
			isSilent = true;
		}, silence);
		stream.once("close", () => clearInterval(timer));
	}
}

type Output = "pipe" | "ignore" | number;

/** The application's stdout and stderr. */
function outputsFor({ onOutput }: LaunchRequest): Output[] {
	return [1, 2].map((descriptor) => (onOutput ? "pipe" : outputFor(descriptor)));
}

function relayOutputs(child: ChildProcess, request: LaunchRequest, outputs: readonly Output[]): void {
	relay(child.stdout, process.stdout, outputs[0], request);
	relay(child.stderr, process.stderr, outputs[1], request);
	if (!request.onOutput) return;
	child.stdout?.on("data", request.onOutput);
	child.stderr?.on("data", request.onOutput);
}

/** Uses a pipe, never the descriptor itself: a directory as stdin would allow an escape. */
function pipeStdin(stdin: Writable): void {
	stdin.on("error", () => {}); // It may end without reading everything.
	stdin.on("close", () => process.stdin.destroy());
	process.stdin.pipe(stdin);
}

/**
 * The application's output. Never our terminal, because it is also open for reading, and even a write-only descriptor allows
 * changing its settings (both measured). Never a directory, because its holder can reach every host file below it, for example
 * with chmod.
 */
function outputFor(descriptor: number): Output {
	if (isatty(descriptor)) return "pipe";
	return fstatSync(descriptor).isDirectory() ? "ignore" : descriptor;
}

/** Relays our pipe, which exists if our own output is a terminal. */
function relay(from: Readable | null, to: Writable, output: unknown, { onOutput, raw }: LaunchRequest): void {
	if (onOutput || output !== "pipe") return;
	const safe = raw ? from : from?.pipe(terminalOutput());
	safe?.pipe(to, { end: false });
}

/** A launch in progress, and the application that it becomes. */
export class RunningApplication implements Launched {
	readonly ended: Promise<Ended>;
	init = 0;
	private readonly child: ChildProcess;
	private readonly leadsGroup: boolean;
	private over: Ended | undefined;
	private printed = "";
	private readonly limits: Limits | undefined;
	private readonly folder: Path;

	/** `folder` holds the launch's files. `cleanUp` removes everything created for the launch, after it has ended. */
	constructor(
		child: ChildProcess,
		request: LaunchRequest,
		{ cleanUp, folder, trace }: { folder: Path; trace: TracePipe | undefined; cleanUp: () => Promise<void> },
	) {
		this.child = child;
		this.folder = folder;
		this.limits = request.limits;
		this.leadsGroup = request.attended !== "terminal";
		if (request.onOutput) {
			const remember = (chunk: Buffer) => {
				this.printed = (this.printed + chunk.toString("utf8")).slice(-2000);
			};
			child.stdout?.on("data", remember);
			child.stderr?.on("data", remember);
		}
		const written = "sandbox" in request.spec ? request.spec.sandbox?.folder : undefined;
		let stoppedFor: Ended["stoppedFor"];
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
				cleanUp().then(() => resolve(over), reject);
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
				// The application may have ended before we looked. Only messages of programs before the init count as failures.
				const line = this.printed
					.split("\n")
					.find((text) =>
						/^(setpriv|unshare|cagewright-conf|cagewright-bind|stat|mount|sh|chroot|mknod|cagewright-sock|cp|mkdir|[^ ]*(launch|mounts)\.sh):/.test(
							text,
						),
					);
				if (line) throw reportedDiskFailure(line, this.folder) ?? new Failure("launch-failed", { detail: line }, 3);
				return;
			}
			await sleep(Math.min(5 + waited, 25));
		}
	}

	signal(name: string): void {
		if (this.init) attempt(() => process.kill(this.init, name));
	}

	measure(root: Path): MeasuredConfinement | undefined {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main === undefined ? undefined : measureConfinement(main, this.init, root, this.limits);
	}

	observe(root: Path): Observed | undefined {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main === undefined ? undefined : observeConfinement(main, this.init, root);
	}

	handledSignals(): string[] {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main ? handledSignals(main) : [];
	}

	keepsAccount(): boolean {
		return this.init > 0 && keepsAccount(this.init);
	}

	async stop(graceSeconds: number): Promise<Ended> {
		this.signal("SIGTERM");
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

/** Filters an application's output for our terminal: see `TerminalText`. Invalid UTF-8 becomes U+FFFD. */
function terminalOutput(): Transform {
	const decoder = new StringDecoder("utf8");
	const text = new TerminalText();
	// A terminal with 8-bit characters interprets bytes of encoded letters as control characters.
	const encode = isUnicode() ? (shown: string) => shown : escapeWide;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			done(null, encode(text.push(decoder.write(chunk))));
		},
		flush(done) {
			done(null, encode(text.push(decoder.end()) + text.end()));
		},
	});
}

/** The first of these variables that is set and not empty counts (locale(7)). Without any, UTF-8 is assumed. */
function isUnicode(): boolean {
	const { LANG, LC_ALL, LC_CTYPE } = process.env;
	return /UTF-?8/i.test(LC_ALL || LC_CTYPE || LANG || "UTF-8");
}

function escapeWide(text: string): string {
	return text.replace(/\P{ASCII}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
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
	question.once("data", (chunk: Buffer) => {
		const [name = "", ...words] = command(Number(chunk));
		const child = startTool(name, words, { stdio: ["ignore", "ignore", "pipe"] });
		follow(child);
		let printed = "";
		child.stderr.on("data", (text: Buffer) => {
			printed += text.toString("latin1");
		});
		child.once("error", (error) => answer.end(`127\n${error.message}\n`));
		child.once("close", (status) => answer.end(`${status ?? 137}\n${printed}`, "latin1"));
	});
}
