import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { initExecutable } from "../../core/confinement/init.ts";
import { type CageMount, type CageRoot, initName, type LaunchSpec } from "../../core/confinement/launch.ts";
import { launchScript, namespaceCommand } from "../../core/confinement/launch-script.ts";
import type { Method } from "../../core/confinement/method.ts";
import { Failure } from "../../core/failure.ts";
import { isWithin, join as joinPath, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { quoteShellLine } from "../../core/path/quote.ts";
import { straceArguments } from "../../core/trace/options.ts";
import type {
	Ended,
	Launch,
	Launched,
	Launcher,
	LaunchRequest,
	Measured,
	Reachable,
	Rehearsal,
	ShellResult,
} from "../../engine/ports.ts";
import { parseMountinfo, rehearsalMounts } from "../rehearsal/mounts.ts";
import { transientName } from "../state/process.ts";
import { clearAbandoned, scriptName } from "./abandoned.ts";
import { loaderAndLibraries } from "./loader.ts";
import { shareLoopback } from "./loopback.ts";
import { measureConfinement } from "./measure.ts";
import { confinerFile, confinerName, type Launching, methodFor } from "./method.ts";
import { findInit, handledSignals, mainProcess } from "./processes.ts";
import { initsIn, processesIn } from "./running.ts";
import { runGroup } from "./shell.ts";
import { findTool, requireTool, toolEnvironment } from "./tools.ts";
import { TracePipe } from "./trace-pipe.ts";

const overlayMagic = 0x794c7630; // OVERLAYFS_SUPER_MAGIC of statfs(2)

/** Starts applications by util-linux, or cages by bubblewrap where that has to do. `state` is the folder below which all of its temporary things live. */
export class UtilLinuxLauncher implements Launcher {
	private readonly scratch: string;
	private readonly launching: Launching;

	constructor(state: string, launching: Launching = {}) {
		this.launching = launching;
		this.scratch = join(state, "scratch");
	}

	async rehearse(ports: readonly number[] = []): Promise<Rehearsal> {
		const loopback = ports.length ? await shareLoopback(ports) : undefined;
		const folder = this.makeFolder();
		return {
			folder: pathFromText(folder),
			...(loopback ? { network: loopback.pid } : {}),
			async dispose() {
				await loopback?.dispose();
				removeFolder(folder);
			},
		};
	}

	async start(request: LaunchRequest): Promise<Launched> {
		if (request.spec.kind !== "cage") {
			for (const tool of ["unshare", "setpriv", "nsenter", "mount", "setsid", "chroot"]) requireTool(tool);
		}
		if (request.trace) requireTool("strace");
		const folder = this.makeFolder();
		let trace: TracePipe | undefined;
		try {
			const { command, spec } = this.prepare(request, folder);
			checkMountPoints(spec);
			trace = request.trace && new TracePipe(folder, request.trace.onData);
			const child = spawnLaunch(request, command, trace?.path);
			const launched = new RunningApplication(child, folder, request, trace);
			await launched.started();
			return launched;
		} catch (error) {
			trace?.finish();
			removeFolder(folder);
			throw error;
		}
	}

	async shell(
		line: string,
		where: { launched?: Reachable; network?: number; onHost?: boolean },
		timeoutSeconds: number,
		signal?: AbortSignal,
	): Promise<ShellResult> {
		const { launched } = where;
		const network = launched?.init ?? where.network;
		const root = launched ? `/proc/${launched.init}/root` : "/nonexistent";
		const env = { ...process.env, CAGEWRIGHT_ROOT: root };
		const enter = network
			? [requireTool("nsenter"), `--net=/proc/${network}/ns/net`, "--"]
			: where.onHost
				? []
				: [requireTool("unshare"), "--net", "--"];
		return runGroup([...enter, "/bin/sh", "-c", line], env, timeoutSeconds, signal);
	}

	running(root: Path): { processes: number[]; inits: number[] } {
		return { processes: processesIn(root), inits: initsIn(root) };
	}

	send(pid: number, signal: string): void {
		process.kill(pid, signal);
	}

	method(): Method {
		return methodFor(this.launching);
	}

	print(request: LaunchRequest): string {
		const spec = this.specification(request, this.scratch);
		const root =
			spec.root.kind === "cage"
				? { ...spec.root, inScript: { init: requireInit(), confiner: this.confiner(request, spec.root).bytes } }
				: spec.root;
		const script = launchScript({ ...spec, root }).trimEnd();
		const command = namespaceCommand(spec, "SCRIPT");
		return `${quoteShellLine(command.slice(0, -2))} -eu -c ${quoteShellLine([script])}\n`;
	}

	private prepare(request: LaunchRequest, folder: string): { command: string[]; spec: LaunchSpec } {
		const spec = this.specification(request, folder);
		writeFileSync(join(folder, initName), requireInit(), { mode: 0o700 });
		if (spec.root.kind === "cage") {
			const { bytes, name } = this.confiner(request, spec.root);
			writeFileSync(join(folder, name), bytes, { mode: 0o700 });
		}
		if (spec.root.kind === "rehearsal") {
			mkdirSync(pathToBytes(spec.root.directory).toString(), { recursive: true });
			for (const mount of spec.root.mounts) {
				if (mount.kind === "overlay") mkdirSync(pathToBytes(mount.scratch).toString(), { recursive: true });
			}
		}
		const script = join(folder, scriptName);
		writeFileSync(script, Buffer.from(launchScript({ ...spec, starter: process.pid }), "latin1"), { mode: 0o600 });
		return { command: namespaceCommand(spec, script), spec };
	}

	private specification(request: LaunchRequest, folder: string): LaunchSpec {
		const { spec } = request;
		const joins = "rehearsal" in spec ? spec.rehearsal?.network : undefined;
		const base = {
			...request,
			...(joins === undefined ? {} : { joins }),
			launcher: spec.kind === "cage" ? this.method().launcher : ("util-linux" as const),
			init: pathFromText(join(folder, initName)),
			setpriv: pathFromText(requireTool("setpriv")),
			chroot: pathFromText(requireTool("chroot")),
		};
		switch (spec.kind) {
			case "host":
				return { ...base, root: { kind: "host", capabilities: watchedCapabilities(request) } };
			case "rehearsal": {
				const layers = joinPath(spec.rehearsal.folder, "layers");
				return {
					...base,
					root: {
						kind: "rehearsal",
						directory: joinPath(layers, "root"),
						...(statfsSync(this.scratch).type === overlayMagic ? { memory: layers } : {}),
						mounts: rehearsalMounts(parseMountinfo(readFileSync("/proc/self/mountinfo", "latin1")), layers, kindOf),
						directories: spec.directories,
						given: spec.given,
						sockets: spec.sockets,
						capabilities: watchedCapabilities(request),
					},
				};
			}
			case "cage":
				return { ...base, root: cageRoot(request, spec, folder, this.method()) };
			default:
				return spec satisfies never;
		}
	}

	private confiner({ spec }: LaunchRequest, { mounts }: CageRoot): { name: string; bytes: Buffer } {
		const openings = spec.kind === "cage" ? spec.cage.openings : { capabilities: [] };
		return confinerFile(this.method(), openings, mounts);
	}

	/** A folder that names its maker, so that whoever comes later knows whether it is still in use. */
	private makeFolder(): string {
		mkdirSync(this.scratch, { recursive: true, mode: 0o700 });
		clearAbandoned(this.scratch);
		const folder = join(this.scratch, transientName("scratch"));
		mkdirSync(folder, { mode: 0o700 });
		return folder;
	}
}

function requireInit(): Buffer {
	const init = initExecutable(process.arch);
	if (!init) throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	return init;
}

/**
 * What an account may do while it is watched that it could not otherwise: bind a port below 1024. Where it does, the plan
 * gives it that capability; where not, nobody notices.
 */
function watchedCapabilities(request: LaunchRequest): string[] {
	return request.identity.uid === 0 ? [] : ["net_bind_service"];
}

function cageRoot(
	request: LaunchRequest,
	{ cage, rehearsal }: Extract<Launch, { kind: "cage" }>,
	folder: string,
	method: Method,
): CageRoot {
	const mounts: CageMount[] = [];
	const add = (path: Path, source: Path, access: "ro" | "rw") => {
		const scratch = rehearsal && access === "rw" ? joinPath(rehearsal.folder, `data${mounts.length}`) : undefined;
		if (scratch) mkdirSync(pathToBytes(scratch).toString(), { recursive: true });
		mounts.push({ path, source, access, ...(scratch ? { scratch } : {}) });
	};
	// What lies in a writable directory already came with it.
	const outermost = cage.writable.filter((path) => !cage.writable.some((other) => other !== path && isWithin(path, other)));
	for (const path of outermost) add(path, `${cage.data}${path}` as Path, "rw");
	for (const bind of cage.binds) add(pathFromText(bind.path), pathFromText(bind.path), bind.access);
	mounts.sort((a, b) => a.path.length - b.path.length);
	return {
		kind: "cage",
		directory: cage.root,
		mounts,
		kept: cage.kept,
		devices: cage.devices,
		proc: cage.openings.proc !== undefined,
		...(cage.openings.syslog === undefined ? {} : { syslog: cage.openings.syslog }),
		capabilities: cage.openings.capabilities.map((capability) => capability.name),
		confiner: { kind: method.confiner, file: pathFromText(join(folder, confinerName(method))) },
		tools: loaderAndLibraries(requireTool("setpriv")),
		brought: request.brought ?? [],
	};
}

/**
 * Every place that is mounted over must be a directory reached through directories alone: mount(8) follows links, and one in
 * the cage would lead to the host's tree.
 */
function checkMountPoints(spec: LaunchSpec): void {
	if (spec.root.kind !== "cage") return;
	const { directory, mounts } = spec.root;
	for (const { path } of mounts) {
		for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
			const part = `${directory}${end < 0 ? path : path.slice(0, end)}` as Path;
			if (!lstatSync(pathToBytes(part), { throwIfNoEntry: false })?.isDirectory()) {
				throw new Failure("mount-point-unsafe", { path: part }, 4);
			}
			if (end < 0) break;
		}
	}
}

function kindOf(path: Path): "directory" | "file" | undefined {
	const status = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
	return status?.isDirectory() ? "directory" : status?.isFile() ? "file" : undefined;
}

function spawnLaunch(request: LaunchRequest, command: readonly string[], tracePath: string | undefined): ChildProcess {
	const words = [...command];
	if (request.trace && tracePath !== undefined) {
		words.unshift("strace", ...straceArguments({ fast: request.trace.mode === "fast" }), "-o", tracePath, "--");
		words.unshift("setpriv", "--pdeathsig", "KILL");
	}
	const output = request.onOutput ? "pipe" : "inherit";
	const child = spawn(requireTool(words[0] ?? ""), words.slice(1), {
		env: toolEnvironment,
		cwd: "/",
		stdio: ["ignore", output, output],
		// A Ctrl-C on the terminal is ours to pass on, not the launcher's to die of.
		detached: true,
	});
	if (request.onOutput) {
		child.stdout?.on("data", request.onOutput);
		child.stderr?.on("data", request.onOutput);
	}
	return child;
}

class RunningApplication implements Launched {
	readonly ended: Promise<Ended>;
	init = 0;
	private readonly child: ChildProcess;
	private over: Ended | undefined;
	private printed = "";

	constructor(child: ChildProcess, folder: string, request: LaunchRequest, trace: TracePipe | undefined) {
		this.child = child;
		if (request.onOutput) {
			const remember = (chunk: Buffer) => {
				this.printed = (this.printed + chunk.toString("utf8")).slice(-2000);
			};
			child.stdout?.on("data", remember);
			child.stderr?.on("data", remember);
		}
		this.ended = new Promise((resolve, reject) => {
			child.on("error", (error) => {
				trace?.finish();
				reject(error);
			});
			// `close` comes when the output is read to its end.
			child.on("close", (code, signal) => {
				trace?.finish();
				this.over = { status: code ?? (signal === "SIGTERM" ? 143 : 137) };
				removeFolder(folder);
				resolve(this.over);
			});
		});
		request.signal?.addEventListener("abort", () => this.kill(), { once: true });
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
						/^(setpriv|unshare|bwrap|cagewright-conf|stat|mount|sh|chroot|mknod|env|cp|mkdir|[^ ]*launch\.sh):/.test(text),
					);
				if (line) throw new Failure("launch-failed", { detail: line }, 3);
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
		return main === undefined ? undefined : measureConfinement(main, root);
	}

	handledSignals(): string[] {
		const main = this.init ? mainProcess(this.init) : undefined;
		return main ? handledSignals(main) : [];
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
			else if (this.child.pid) process.kill(-this.child.pid, "SIGKILL");
		} catch {
			// It ended in between.
		}
	}
}

function removeFolder(folder: string): void {
	rmSync(folder, { recursive: true, force: true });
}

/** True where strace is installed. */
export function canTrace(): boolean {
	return findTool("strace") !== undefined && existsSync("/proc/self/ns/mnt");
}
