import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fstatSync } from "node:fs";
import { type Readable, Transform, type Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import type { Limits } from "../../core/application/application.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { quoteShellLine } from "../../core/path/quote.ts";
import { TerminalText } from "../../core/text.ts";
import { straceArguments } from "../../core/trace/calls.ts";
import type { Ended, Launched, LaunchRequest } from "../../engine/launch-ports.ts";
import type { Measured, Observed } from "../../engine/ports.ts";
import { fullDisk } from "../files/errors.ts";
import { watchDisk } from "./limits.ts";
import { measureConfinement, observeConfinement } from "./observe.ts";
import { findInit, handledSignals, keepsAccount, mainProcess } from "./processes.ts";
import { requireTool, toolEnvironment } from "./tools.ts";
import type { TracePipe } from "./trace-pipe.ts";

/** Starts the command that launches, watched by strace where the request says so. `pipes` become the descriptors from 3 on. */
export function spawnLaunch(
	request: LaunchRequest,
	command: readonly string[],
	tracePath: string | undefined,
	pipes: readonly "pipe"[] = [],
): ChildProcess {
	const { attended } = request;
	const words = attended === "terminal" ? withTerminal(quoteShellLine(command)) : [...command];
	if (request.trace && tracePath !== undefined) {
		words.unshift("strace", ...straceArguments({ fast: request.trace.mode === "fast" }), "-o", tracePath, "--");
		words.unshift("setpriv", "--pdeathsig", "KILL");
	}
	// Who relays a terminal needs ours as it is; the application has one of its own then.
	const outputs = attended === "terminal" && !request.onOutput ? [1, 2] : outputsFor(request);
	// Asked before anybody else can have changed it.
	const putBack = attended === "terminal" ? keepTerminal() : undefined;
	const child = spawn(requireTool(words[0] ?? ""), words.slice(1), {
		env: toolEnvironment,
		cwd: "/",
		stdio: [attended === "pipe" ? "pipe" : attended === "terminal" ? "inherit" : "ignore", ...outputs, ...pipes],
		// A Ctrl-C on the terminal is ours to pass on, not the launcher's to die of. But whoever relays a terminal has to be told of its size.
		detached: attended !== "terminal",
	});
	if (putBack) child.on("close", putBack);
	if (child.stdin) feed(child.stdin);
	relayOutputs(child, request, outputs);
	child.once("exit", () => endOutputs(child));
	return child;
}

/** Milliseconds of silence after which the output of an application that has ended is taken for complete. */
const silence = 1000;

/**
 * Closes the outputs of a child that has exited once they are read. Their other end may still be open for good: an application can pass
 * its descriptors to a process elsewhere by a unix socket.
 */
function endOutputs(child: ChildProcess): void {
	for (const stream of [child.stdout, child.stderr]) {
		if (!stream || stream.destroyed) continue;
		let isSilent = true;
		stream.on("data", () => {
			isSilent = false;
		});
		const timer = setInterval(() => {
			// A stream that its reader holds back has more to say.
			if (isSilent && stream.readableFlowing !== false) stream.destroy();
			isSilent = true;
		}, silence);
		stream.once("close", () => clearInterval(timer));
	}
}

type Output = "pipe" | "ignore" | number;

/** What stands for stdout and stderr of the application. */
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

/** By a pipe, never the descriptor itself: a directory as stdin would lead out of the cage. */
function feed(stdin: Writable): void {
	stdin.on("error", () => {}); // It may end without reading everything.
	stdin.on("close", () => process.stdin.destroy());
	process.stdin.pipe(stdin);
}

/**
 * What the application may have as its output. Never a terminal: it is open for reading as well, so what is typed could be read by its stdout,
 * and even one that is opened for writing alone lets whoever has it change how the terminal reads (both measured). Never a directory
 * either: from one, every file of the host that lies below can be handed over to others by chmod.
 */
function outputFor(descriptor: number): Output {
	if (isatty(descriptor)) return "pipe";
	return fstatSync(descriptor).isDirectory() ? "ignore" : descriptor;
}

/** Passes on what comes by a pipe of ours, which is there where our own output is a terminal. */
function relay(from: Readable | null, to: Writable, output: unknown, { onOutput, raw }: LaunchRequest): void {
	if (onOutput || output !== "pipe") return;
	const safe = raw ? from : from?.pipe(terminalOutput());
	safe?.pipe(to, { end: false });
}

/** A launch under way, and the application that it becomes. */
export class RunningApplication implements Launched {
	readonly ended: Promise<Ended>;
	init = 0;
	private readonly child: ChildProcess;
	private readonly leadsGroup: boolean;
	private over: Ended | undefined;
	private printed = "";
	private readonly limits: Limits | undefined;
	private readonly folder: Path;

	/** `folder` is where the launch puts what it needs; `cleanUp` takes away what was made for the launch, once nothing of it runs. */
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
		const written = "rehearsal" in request.spec ? request.spec.rehearsal?.folder : undefined;
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
			// `close` comes when the output is read to its end.
			child.on("close", (code, signal) => {
				unwatch();
				trace?.finish();
				const status = code ?? (signal === "SIGTERM" ? 143 : 137);
				this.over = stoppedFor ? { status, stoppedFor } : { status };
				const over = this.over;
				cleanUp().then(() => resolve(over), reject);
			});
		});
		// One signal may call off hundreds of launches: those that are over do not listen any more.
		const kill = () => this.kill();
		request.signal?.addEventListener("abort", kill);
		child.on("close", () => request.signal?.removeEventListener("abort", kill));
		if (request.signal?.aborted) this.kill();
	}

	/** Resolves once the init runs; throws where the launcher itself failed before. */
	async started(): Promise<void> {
		for (let waited = 0; ; waited++) {
			const init = this.child.pid ? findInit(this.child.pid) : undefined;
			if (init) {
				this.init = init;
				return;
			}
			if (this.over) {
				// An application that ended before we looked has still been started; the launcher's own errors say who they are from.
				const line = this.printed
					.split("\n")
					.find((text) =>
						/^(setpriv|unshare|cagewright-conf|cagewright-bind|stat|mount|sh|chroot|mknod|cagewright-env|cagewright-sock|cp|mkdir|[^ ]*(launch|mounts)\.sh):/.test(
							text,
						),
					);
				if (line) throw fullDisk(line, this.folder) ?? new Failure("launch-failed", { detail: line }, 3);
				return;
			}
			await sleep(Math.min(5 + waited, 25));
		}
	}

	signal(name: string): void {
		try {
			if (this.init) process.kill(this.init, name);
		} catch {
			// It ended in between.
		}
	}

	measure(root: Path): Measured | undefined {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main === undefined ? undefined : measureConfinement(main, root, this.limits);
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
		try {
			if (this.init) process.kill(this.init, "SIGKILL");
			else if (this.child.pid) process.kill(this.leadsGroup ? -this.child.pid : this.child.pid, "SIGKILL");
		} catch {
			// It ended in between.
		}
	}
}

/**
 * The words before a command that give it a terminal of its own. script(1) sits between that one and ours, so that the cage never
 * holds the administrator's: what it does to its own ends with it, and input that it could stuff stays its own (the filter denies
 * TIOCSTI all the same). script is ended by TERM and not by KILL, for then it puts our terminal back as it was.
 */
function withTerminal(commandLine: string): string[] {
	return ["setpriv", "--pdeathsig", "TERM", requireTool("script"), "-q", "-e", "-c", `exec ${commandLine}`, "/dev/null"];
}

/** Remembers how our terminal is set; the result sets it so again, for script can be killed while keys come raw. */
function keepTerminal(): () => void {
	const stty = requireTool("stty");
	const run = (words: string[]) =>
		spawnSync(stty, words, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8", env: toolEnvironment }).stdout.trim();
	const settings = run(["-g"]);
	return () => {
		if (settings) run([settings]);
	};
}

/** Between an application and our terminal: see `TerminalText`. Bytes that are not UTF-8 become U+FFFD. */
function terminalOutput(): Transform {
	const decoder = new StringDecoder("utf8");
	const text = new TerminalText();
	// A terminal of 8-bit characters takes the bytes of an encoded letter for control characters.
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

/** locale(7): the first of these that is set and not empty. A terminal without any is one of today. */
function isUnicode(): boolean {
	const { LANG, LC_ALL, LC_CTYPE } = process.env;
	return /UTF-?8/i.test(LC_ALL || LC_CTYPE || LANG || "UTF-8");
}

function escapeWide(text: string): string {
	return text.replace(/\P{ASCII}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
