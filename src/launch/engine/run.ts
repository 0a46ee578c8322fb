import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import { later } from "../../base/engine/later.ts";
import { Failure } from "../../base/failure.ts";
import { isWithin, join, type Path, parent, pathFromText, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { type PresentCage, presentCage, requireOwnState, runningIn } from "../../cage/engine/cages.ts";
import { placeInCage } from "../../cage/manifest.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import { launchFailed } from "../../confine/places.ts";
import { type Application, launchEnvironment, socketsOf } from "../../service/application.ts";
import { serviceOf, stopRequestName } from "../../service/service-settings.ts";
import { loopbackAddress } from "../../trace/trace.ts";
import { shellForCage } from "../host-shell.ts";
import type { CageLayout, LaunchRequest, StartedApplication } from "../ports.ts";

/** Signals that `run` passes on to the application. */
export const passedSignals = ["SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** The production launch of a cage: its own data and its requested network. */
export function launchRequest({ cage, layout, manifest }: PresentCage, command?: readonly string[]): LaunchRequest {
	return {
		launch: { kind: "cage", cage: command?.length ? withAnyPort(layout) : layout },
		identity: manifest.identity,
		command: command?.length ? command : cage.application.command,
		cwd: cage.application.cwd,
		env: launchEnvironment(cage.application),
		...(command?.length ? {} : { ...socketsOf(cage.application), ...serviceOf(cage.application) }),
		network: cage.application.network,
		...omitUndefined({ limits: cage.application.limits }),
	};
}

/** The plan's ports are those of the application's own command. */
function withAnyPort({ permissions: { tcpPorts: _, ...permissions }, ...layout }: CageLayout): CageLayout {
	return { ...layout, permissions: { ...permissions, ports: "run" } };
}

interface RunOptions {
	/** Passes each signal that the command gets, until the returned function is called. */
	readonly onSignals: (pass: (signal: string) => void) => () => void;
	/** Seconds between TERM and KILL; 0: never. */
	readonly stopSeconds?: number;
	/** Passes the application's output to a terminal unchanged. */
	readonly raw?: boolean;
}

/**
 * Runs the application (or another command) in its cage, in the foreground. Resolves with its exit status, or 128 + the signal
 * that ended it. Throws `command-not-in-cage` (exit 125) if the program is not there, and `socket-in-use` (exit 4).
 */
export async function runCage(context: Context, name: string, command: readonly string[], how: RunOptions): Promise<number> {
	for (;;) {
		const { isAgain, status } = await runOnce(context, name, command, how);
		if (!isAgain) return status;
		context.emit({ event: "warned", code: "run-again", values: { name } });
	}
}

/** One start. `isAgain` if an update published another generation and asked for a restart. */
async function runOnce(
	context: Context,
	name: string,
	command: readonly string[],
	{ onSignals, raw = false, stopSeconds = defaultStopSeconds }: RunOptions,
): Promise<{ readonly status: number; readonly isAgain: boolean }> {
	const present = await presentCage(context, name);
	// Two instances on the same data would corrupt it.
	const adoption = command.length ? undefined : await context.machine.store.adoption(name);
	if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
	if (!command.length) requireOwnState(present.cage);
	const request = launchRequest(present, command);
	const [program = "", ...args] = request.command;
	const place = placeOfProgram(present, program);
	if (place === undefined) {
		const programs = programsIn(present).slice(0, mostNamed).join(", ");
		throw new Failure("command-not-in-cage", { name, program, programs }, launchFailed);
	}
	if (!command.length) {
		if (!(await warnRunning(context, name))) warnOccupied(context, present);
		await requireFreeSockets(context, present);
	}
	launchMethod(context, true);
	const audited = auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	audited.catch(() => {}); // Awaited below.
	const asked = new AskedToEnd(context, name, stopSeconds, stopRequestName(request.service));
	const stop = onSignals((signal) => asked.pass(signal));
	let isAgain = false;
	const stopListening = context.machine.store.onRestartRequest(name, (generation, answer) => {
		if (command.length || isAgain || generation === present.generation) return;
		isAgain = true;
		answer(stopSeconds);
		asked.end();
	});
	try {
		const launching = context.machine.launcher.start({
			...request,
			command: [place, ...args],
			raw,
			after: audited,
			onLoss(descriptor, error) {
				const values = { name, output: descriptor === 1 ? "stdout" : "stderr", error };
				context.emit({ event: "warned", code: "run-output-lost", values });
			},
		});
		const launched = await launching.catch(async (error: unknown) => {
			// A finding explains more than a failed preparation that it caused.
			await audited;
			throw error;
		});
		asked.launched(launched);
		context.emit({ event: "application-started", where: "cage", run: 1 });
		const { status } = await launched.ended;
		return { status, isAgain: isAgain && !asked.wasAsked };
	} finally {
		asked.dispose();
		stopListening();
		stop();
	}
}

/** Two instances usually corrupt their data, but some applications can share it, so this is only a warning. */
async function warnRunning({ emit, machine }: Context, name: string): Promise<boolean> {
	const [init] = (await runningIn(machine, name)).inits;
	if (init !== undefined) emit({ event: "warned", code: "run-already", values: { name, pid: init } });
	return init !== undefined;
}

/** Warns of ports that another process has, such as the service outside of its cage: not every application says why it ends. */
function warnOccupied({ emit, machine }: Context, { cage: { application, name }, manifest }: PresentCage): void {
	const ports = application.network === "host" ? (manifest.permissions.tcpPorts ?? []) : [];
	const occupied = ports.filter((port) => machine.listens({ address: loopbackAddress, port }));
	if (occupied.length)
		emit({ event: "warned", code: "ports-occupied", values: { name, ports: occupied.join(", "), count: occupied.length } });
}

/**
 * Refuses to take a socket from a service that runs. Most daemons remove the file before they bind, and see no process outside of their
 * PID namespace that could stop them.
 */
async function requireFreeSockets({ machine }: Context, { cage: { name }, manifest }: PresentCage): Promise<void> {
	for (const { path, reach } of manifest.offeredSockets ?? []) {
		if (reach === "host" && (await machine.launcher.isListening(path)))
			throw new Failure("socket-in-use", { name, path: showPath(path) }, 4);
	}
}

/** How many programs an error names. */
const mostNamed = 8;

/** Looks up a bare name in the application's PATH like execvp(3), because the last step of a launch does not. */
function placeOfProgram({ cage, manifest }: PresentCage, program: string): string | undefined {
	const outside = [...manifest.binds.map((bind) => pathFromText(bind.path)), ...manifest.writable.map((one) => one.path)];
	const isThere = (path: Path) => {
		const place = placeInCage(path, manifest);
		const entry = manifest.entries.find((one) => one.path === place);
		// Binds and data are only visible to the launch itself.
		return entry ? entry.kind !== "directory" : outside.some((top) => isWithin(place, top));
	};
	if (program.includes("/")) return program.startsWith("/") && isThere(pathFromText(program)) ? program : undefined;
	const places = searchPath(cage.application).map((directory) => join(directory, pathFromText(program)));
	const place = places.find(isThere);
	return place === undefined ? undefined : pathToText(place);
}

function searchPath(application: Application): Path[] {
	return (launchEnvironment(application).PATH ?? "").split(":").filter(Boolean).map(pathFromText);
}

/** Programs of the cage that can be run by their bare name. */
function programsIn({ cage, manifest }: PresentCage): string[] {
	const directories = new Set(searchPath(cage.application).map((directory) => placeInCage(directory, manifest)));
	return manifest.entries
		.filter(
			(entry) =>
				(entry.kind === "symlink" || (entry.kind === "file" && entry.mode & 0o111)) && directories.has(parent(entry.path)),
		)
		.map((entry) => showPath(entry.path));
}

/** Seconds between TERM and KILL; systemd's default (DefaultTimeoutStopSec=). */
const defaultStopSeconds = 90;

/** Signals this close together are one request: timeout(1) and a terminal signal both us and our process group. */
const togetherMilliseconds = 100;

/** Delay before a warning that the application has not ended yet. */
const tellMilliseconds = 5_000;

/**
 * Passes signals to an application in the foreground. A signal that arrives before the application exists is delivered later,
 * because a service manager may stop a unit that is just starting. The application is killed on the second request, or when its
 * time after TERM is over.
 */
class AskedToEnd {
	readonly #context: Context;
	readonly #name: string;
	readonly #stopSeconds: number;
	readonly #stopSignal: string;
	#launched: StartedApplication | undefined;
	readonly #early: string[] = [];
	#asked: number | undefined;
	readonly #timers: (() => void)[] = [];

	/** `stopSeconds` 0: no limit. `stopSignal` asks the application to end. */
	constructor(context: Context, name: string, stopSeconds: number, stopSignal: string) {
		this.#context = context;
		this.#name = name;
		this.#stopSeconds = stopSeconds;
		this.#stopSignal = stopSignal;
	}

	/** A signal from outside asked the application to end. */
	get wasAsked(): boolean {
		return this.#asked !== undefined;
	}

	launched(launched: StartedApplication): void {
		this.#launched = launched;
		for (const signal of this.#early) launched.signal(signal);
	}

	/** Handles a signal from outside. */
	pass(signal: string): void {
		const now = this.#context.machine.elapsed();
		const ends = signal === "SIGTERM" || signal === "SIGINT";
		// A second request kills an application that does not react.
		if (ends && this.#asked !== undefined && now - this.#asked > togetherMilliseconds) {
			this.#kill();
			return;
		}
		// A service manager stops `run` with TERM, which may mean something else to the application.
		this.#send(signal === "SIGTERM" ? this.#stopSignal : signal);
		if (ends) this.#asked ??= now;
		// INT has no limit, because an application may use Ctrl-C for something else.
		if (signal === "SIGTERM") this.#limit(this.#stopSeconds);
	}

	/** Ends the application for a restart, with the same time limit. */
	end(): void {
		this.#send(this.#stopSignal);
		this.#limit(this.#stopSeconds);
	}

	dispose(): void {
		for (const stop of this.#timers) stop();
	}

	#limit(seconds: number): void {
		if (seconds === 0) return;
		const left = seconds - tellMilliseconds / 1000;
		const values = { name: this.#name, seconds: left };
		if (left > 0) this.#later(tellMilliseconds, () => this.#context.emit({ event: "warned", code: "run-waits", values }));
		this.#later(seconds * 1000, () => this.#kill());
	}

	#kill(): void {
		this.#context.emit({ event: "warned", code: "run-killed", values: { name: this.#name } });
		this.#send("SIGKILL");
	}

	#send(signal: string): void {
		if (this.#launched) this.#launched.signal(signal);
		else this.#early.push(signal);
	}

	#later(milliseconds: number, work: () => void): void {
		this.#timers.push(later(this.#context.machine, milliseconds, work));
	}
}

/** Sends a signal to the application in the running cage, in any generation; SIGSTOP and SIGCONT go to each process. Throws `cage-not-running` (exit 1). */
export async function signalCage(context: Context, name: string, signal: string): Promise<void> {
	await presentCage(context, name);
	const { inits, processes } = await runningIn(context.machine, name);
	if (!inits.length) throw new Failure("cage-not-running", { name }, 1);
	// Both act on one process only, also if it is the init.
	const isForAll = signal === "SIGCONT" || signal === "SIGSTOP";
	for (const init of isForAll ? processes : inits) context.machine.launcher.send(init, signal);
}

interface ShellOptions {
	/** Runs this command instead of an interactive shell. */
	readonly command: readonly string[];
	/** The user's TERM. Absent if commands come from a file or a pipe. */
	readonly terminal?: string;
	/** Writes to the application's real data. */
	readonly keepWrites: boolean;
}

/**
 * Runs a host shell in the cage with the application's account and layers. It sees the real data; its writes are discarded unless
 * `keepWrites`. Resolves with its exit status.
 */
export async function shellInCage(context: Context, name: string, options: ShellOptions): Promise<number> {
	return shellIn(context, await presentCage(context, name), options);
}

/** The same in any generation, also during its trial. */
export async function shellIn(context: Context, present: PresentCage, options: ShellOptions): Promise<number> {
	const { command, keepWrites, terminal } = options;
	const { launcher } = context.machine;
	const start = { cage: present.cage.name, command, ...omitUndefined({ terminal }) };
	const shell = shellForCage(launcher.hostShell(), start, launchEnvironment(present.cage.application));
	await auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	await using sandbox = keepWrites ? undefined : await launcher.createSandbox();
	const launched = await launcher.start({
		...launchRequest(present, shell.command),
		launch: { kind: "cage", cage: present.layout, ...omitUndefined({ sandbox }) },
		cwd: "/",
		env: shell.env,
		hostFiles: shell.files,
		names: shell.names,
		attended: terminal === undefined ? "pipe" : "terminal",
		signal: context.signal,
	});
	const { status } = await launched.ended;
	context.signal.throwIfAborted();
	return status;
}
