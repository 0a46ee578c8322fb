import { type Application, launchEnvironment, socketsOf } from "../../core/application/application.ts";
import { placeInCage } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { isWithin, join, type Path, parent, pathFromText, pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { launchMethod } from "../build/method.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import type { LaunchRequest } from "../ports.ts";
import { auditGeneration } from "../upkeep/audit.ts";
import { AskedToEnd, defaultStopSeconds } from "./asked-to-end.ts";

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

export interface RunOptions {
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
