import { launchEnvironment } from "../core/application/application.ts";
import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { auditGeneration } from "./audit.ts";
import { cageFolder, type PresentCage, presentCage } from "./cages.ts";
import type { Context } from "./context.ts";
import { type WithdrawnAccount, withdrawAccount } from "./dedicated-account.ts";
import { launchMethod } from "./method.ts";
import type { Launched, LaunchRequest } from "./ports.ts";

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
		network: cage.application.network,
		...(cage.application.limits === undefined ? {} : { limits: cage.application.limits }),
	};
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
): Promise<number> {
	const present = await presentCage(context, name);
	// Two of them on the same data would spoil it.
	const adoption = command.length ? undefined : await context.machine.store.adoption(name);
	if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
	const request = launchRequest(present, command);
	const program = request.command[0] ?? "";
	if (!isExecutableInCage(present, program)) throw new Failure("command-not-in-cage", { name, program }, 125);
	await auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	launchMethod(context, true);
	// A service manager may stop what has hardly begun: a signal that comes before there is an application waits for it.
	let launched: Launched | undefined;
	const early: string[] = [];
	const stop = onSignals((signal) => {
		if (launched) launched.signal(signal);
		else early.push(signal);
	});
	try {
		launched = await context.machine.launcher.start(request);
		for (const signal of early) launched.signal(signal);
		return (await launched.ended).status;
	} finally {
		stop();
	}
}

function isExecutableInCage({ manifest }: PresentCage, program: string): boolean {
	const path = pathFromText(program);
	// A link on the way (/bin -> usr/bin) shows as a path that no entry has: then the launch itself finds out.
	const entry = manifest.entries.find((one) => one.path === path);
	if (!program.startsWith("/")) return false;
	return entry === undefined
		? manifest.entries.some((one) => one.kind === "symlink" && program.startsWith(`${one.path}/`))
		: entry.kind !== "directory";
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

/**
 * Takes a cage away, and the account that was made for it; with its data stays whoever owns that. Throws `cage-running` (exit 4) while
 * something runs in any of its generations.
 */
export async function removeCage(context: Context, name: string, keepData: boolean): Promise<WithdrawnAccount | undefined> {
	const { launcher, store, units } = context.machine;
	const lock = await store.lock(name);
	try {
		const adoption = await store.adoption(name);
		if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
		// It would be started again and again, and never with success.
		const [place] = await units.installedFor(cageFolder(store, name));
		if (place !== undefined) throw new Failure("cage-has-unit", { name, path: showPath(place) }, 4);
		for (const generation of await store.generations(name)) {
			const { processes } = launcher.running(store.root(name, generation));
			if (processes.length) throw new Failure("cage-running", { name, pid: processes[0] ?? 0 }, 4);
		}
		const made = keepData ? undefined : await store.madeAccount(name);
		await store.remove(name, keepData);
		return made && (await withdrawAccount(context, name, made));
	} finally {
		await lock.release();
	}
}
