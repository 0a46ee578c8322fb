import { type Application, launchEnvironment, socketsOf } from "../../core/application/application.ts";
import { placeInCage } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { isWithin, join, type Path, parent, pathFromText, pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { launchMethod } from "../build/method.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import type { Launched, LaunchRequest } from "../launch-ports.ts";
import { auditGeneration } from "../upkeep/audit.ts";

/** Signals that `run` passes on to the application. */
export const passedSignals = ["SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** How a cage is started in earnest: its own data, and the network that its application asked for. */
export function launchRequest({ cage, layout, manifest }: PresentCage, command?: readonly string[]): LaunchRequest {
	return {
		spec: { kind: "cage", cage: layout },
		identity: manifest.identity,
		command: command?.length ? command : cage.application.command,
		cwd: cage.application.cwd,
		env: launchEnvironment(cage.application),
		...(command?.length ? {} : socketsOf(cage.application)),
		network: cage.application.network,
		...(cage.application.limits === undefined ? {} : { limits: cage.application.limits }),
	};
}

interface RunOptions {
	/** Seconds between TERM and KILL; 0: never. */
	readonly stopSeconds?: number;
	/** A terminal gets what the application prints unchanged. */
	readonly raw?: boolean;
}

/**
 * Runs the application (or another command) in its cage, in the foreground. Resolves with its exit status, or 128 + the signal
 * that ended it. Throws `command-not-in-cage` (exit 125) where the program is not there.
 */
export async function runCage(
	context: Context,
	name: string,
	command: readonly string[],
	onSignals: (pass: (signal: string) => void) => () => void,
	how: RunOptions = {},
): Promise<number> {
	for (;;) {
		const { isAgain, status } = await runOnce(context, name, command, onSignals, how);
		if (!isAgain) return status;
		context.emit({ event: "warned", code: "run-again", values: { name } });
	}
}

/** One start; `isAgain` where an update made another generation the present one, and asked for a start in that. */
async function runOnce(
	context: Context,
	name: string,
	command: readonly string[],
	onSignals: (pass: (signal: string) => void) => () => void,
	{ raw = false, stopSeconds = defaultStopSeconds }: RunOptions,
): Promise<{ readonly status: number; readonly isAgain: boolean }> {
	const present = await presentCage(context, name);
	// Two of them on the same data would spoil it.
	const adoption = command.length ? undefined : await context.machine.store.adoption(name);
	if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
	const request = launchRequest(present, command);
	const [program = "", ...args] = request.command;
	const place = placeOfProgram(present, program);
	if (place === undefined) {
		const programs = programsIn(present).slice(0, mostNamed).join(", ");
		throw new Failure("command-not-in-cage", { name, program, programs }, 125);
	}
	if (!command.length) await tellRunning(context, name);
	launchMethod(context, true);
	const audited = auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	audited.catch(() => {}); // Told below.
	const asked = new AskedToEnd(context, name, stopSeconds);
	const stop = onSignals((signal) => asked.pass(signal));
	let isAgain = false;
	const stopListening = context.machine.store.onRestartRequest(name, (generation, answer) => {
		if (command.length || isAgain || generation === present.generation) return;
		isAgain = true;
		answer(stopSeconds);
		asked.end();
	});
	try {
		const launching = context.machine.launcher.start({ ...request, command: [place, ...args], raw, after: audited });
		const launched = await launching.catch(async (error: unknown) => {
			// What the audit finds says more than what could not be prepared because of it.
			await audited;
			throw error;
		});
		asked.launched(launched);
		const { status } = await launched.ended;
		return { status, isAgain: isAgain && !asked.wasAsked };
	} finally {
		asked.dispose();
		stopListening();
		stop();
	}
}

/** Two of one application on the same data mostly spoil it; but whether they do is not for us to say. */
async function tellRunning({ emit, machine }: Context, name: string): Promise<void> {
	const { launcher, store } = machine;
	const generations = await store.generations(name);
	const [init] = generations.flatMap((generation) => launcher.running(store.root(name, generation)).inits);
	if (init !== undefined) emit({ event: "warned", code: "run-already", values: { name, pid: init } });
}

/** How many programs an error names. */
const mostNamed = 8;

/** A bare name is looked up in the application's PATH, as execvp(3) does; the last step of a launch does not look. */
function placeOfProgram({ cage, manifest }: PresentCage, program: string): string | undefined {
	const isThere = (path: Path) => {
		const place = placeInCage(path, manifest);
		const entry = manifest.entries.find((one) => one.path === place);
		// What the host or the data hold is seen by the launch alone.
		return entry ? entry.kind !== "directory" : manifest.binds.some((bind) => isWithin(place, pathFromText(bind.path)));
	};
	if (program.includes("/")) return program.startsWith("/") && isThere(pathFromText(program)) ? program : undefined;
	const places = searchPath(cage.application).map((directory) => join(directory, pathFromText(program)));
	const place = places.find(isThere);
	return place === undefined ? undefined : pathToText(place);
}

function searchPath(application: Application): Path[] {
	return (launchEnvironment(application).PATH ?? "").split(":").filter(Boolean).map(pathFromText);
}

/** What of the cage could be run by its bare name. */
function programsIn({ cage, manifest }: PresentCage): string[] {
	const directories = new Set(searchPath(cage.application).map((directory) => placeInCage(directory, manifest)));
	return manifest.entries
		.filter(
			(entry) =>
				(entry.kind === "symlink" || (entry.kind === "file" && entry.mode & 0o111)) && directories.has(parent(entry.path)),
		)
		.map((entry) => showPath(entry.path));
}

/** Seconds that an application gets to end after TERM before it is killed; what systemd gives a service (DefaultTimeoutStopSec=). */
const defaultStopSeconds = 90;

/** Signals that come closer together are one request: timeout(1) and a terminal send one to us and one to our group. */
const togetherMilliseconds = 100;

/** After so long somebody is told that it is still waited for. */
const tellMilliseconds = 5_000;

/**
 * Signals on their way to an application in the foreground. One that comes before there is an application waits for it: a service manager may stop what
 * has hardly begun. What does not end is killed: at once when it is asked a second time, else in its time after TERM.
 */
class AskedToEnd {
	readonly #context: Context;
	readonly #name: string;
	readonly #stopSeconds: number;
	#launched: Launched | undefined;
	readonly #early: string[] = [];
	#asked: number | undefined;
	readonly #timers: ReturnType<typeof setTimeout>[] = [];

	/** `stopSeconds` 0: it is waited for without end. */
	constructor(context: Context, name: string, stopSeconds: number) {
		this.#context = context;
		this.#name = name;
		this.#stopSeconds = stopSeconds;
	}

	/** Somebody outside wants it to end. */
	get wasAsked(): boolean {
		return this.#asked !== undefined;
	}

	launched(launched: Launched): void {
		this.#launched = launched;
		for (const signal of this.#early) launched.signal(signal);
	}

	/** A signal from outside. */
	pass(signal: string): void {
		const now = this.#context.machine.now();
		const ends = signal === "SIGTERM" || signal === "SIGINT";
		// Whoever asks a second time has waited long enough for what does not listen.
		if (ends && this.#asked !== undefined && now - this.#asked > togetherMilliseconds) {
			this.#kill();
			return;
		}
		this.#send(signal);
		if (ends) this.#asked ??= now;
		// INT is also what somebody types to whom the application answers in some other way.
		if (signal === "SIGTERM") this.#limit(this.#stopSeconds);
	}

	/** It is to end, so that it can be started again: in the same time as when somebody outside wants that. */
	end(): void {
		this.#send("SIGTERM");
		this.#limit(this.#stopSeconds);
	}

	dispose(): void {
		for (const timer of this.#timers) clearTimeout(timer);
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
		this.#timers.push(setTimeout(work, milliseconds));
	}
}

/**
 * Sends a signal to the application in the running cage, whichever generation it was started in. Throws `cage-not-running` (exit 1).
 */
export async function signalCage(context: Context, name: string, signal: string): Promise<void> {
	await presentCage(context, name);
	const { launcher, store } = context.machine;
	const generations = await store.generations(name);
	const inits = generations.flatMap((generation) => launcher.running(store.root(name, generation)).inits);
	if (!inits.length) throw new Failure("cage-not-running", { name }, 1);
	for (const init of inits) launcher.send(init, signal);
}
