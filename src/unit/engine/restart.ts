import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { cageFolder, presentCage, runningIn } from "../../cage/engine/cages.ts";
import { awaitedAnswer, outcomeOf, probeCannotRun, reportWaiting } from "../../probe/engine/probing.ts";
import { type UnitOfCage, unitName } from "../installed.ts";
import { installedText, planUnit, unitsOf } from "./installed-unit.ts";
import { restartService, unrestoredCompanions } from "./restart-service.ts";
import { questionOf } from "./service-probes.ts";

/** The result of moving what runs to the present generation. */
export interface RestartResult {
	/** Services that were restarted, or `run` for one in the foreground. */
	readonly restarted: readonly string[];
	/** Units that were written again, because they start other programs or have other settings now. */
	readonly renewed: readonly string[];
	/** Processes that still run in an older generation until their next start. */
	readonly remaining: readonly number[];
	/** Seconds from the first stop until everything answered again. */
	readonly interrupted: number;
}

export const notRestarted: RestartResult = { restarted: [], renewed: [], remaining: [], interrupted: 0 };

/** Milliseconds that a `run` in the foreground gets to answer, and at least to restart its application once that has ended. */
const leastAnswerTimeout = 40_000;

/**
 * Moves what runs in an older generation to the present one: services first, via systemd, with updated units; then what `run`
 * started. If an earlier restart stopped a service that did not answer after that, it starts too, with everything that stopped with it.
 * Throws `service-silent…` or `update-silent` (exit 1) if something does not answer afterwards. The caller holds the cage's lock.
 */
export async function restartCage(context: Context, name: string): Promise<RestartResult> {
	const { machine } = context;
	const { cage, generation } = await presentCage(context, name);
	const began = machine.elapsed();
	const restarted: string[] = [];
	const renewed: string[] = [];
	const stale = await runningIn(machine, name, generation);
	for (const unit of await unitsOf(context, name)) {
		const service = unit.service ?? unitName(name);
		const renewal = await planRenewal(context, name, unit);
		const { active, mainPid } = await stateOf(context, service);
		const isStale = active === "active" && stale.processes.includes(mainPid);
		const unrestored = await unrestoredCompanions(context, name, service);
		const mayRenew = isStale || active !== "active" || !renewal?.isSteeredOtherwise;
		const renew = async () => {
			if (renewal && mayRenew && (await renewUnit(context, name, unit, renewal))) renewed.push(service);
		};
		if (!isStale && !unrestored) {
			await renew();
			continue;
		}
		const question = questionOf(cage, service, await machine.store.adoption(name));
		await restartService(context, { name, service, question, isStale, unrestored, renew });
		if (isStale || active !== "active") restarted.push(service);
	}
	if ((await runningIn(machine, name, generation)).inits.length && (await restartRun(context, name, generation))) {
		restarted.push("run");
	}
	const { inits: remaining } = await runningIn(machine, name, generation);
	const interrupted = restarted.length ? Math.round((machine.elapsed() - began) / 10) / 100 : 0;
	return { restarted, renewed, remaining, interrupted };
}

/**
 * Writes the cage's units again after a build, so that their next start has the permissions of the present generation. Restarts
 * nothing. The caller holds the cage's lock.
 */
export async function renewUnits(context: Context, name: string): Promise<void> {
	for (const unit of await unitsOf(context, name)) {
		const renewal = await planRenewal(context, name, unit);
		const { active } = await stateOf(context, unit.service ?? unitName(name));
		// The unit that started a process knows how to stop it.
		if (renewal && (active !== "active" || !renewal.isSteeredOtherwise)) await renewUnit(context, name, unit, renewal);
	}
}

async function stateOf({ machine: { services } }: Context, service: string) {
	return services.running() ? services.state(service) : stopped;
}

/** Asks a `run` in the foreground to restart. Returns true if it did and answers. */
async function restartRun(context: Context, name: string, generation: number): Promise<boolean> {
	const { machine, signal } = context;
	const { cage } = await presentCage(context, name);
	await machine.store.upkeep.requestRestart(name, generation);
	const began = machine.elapsed();
	const answerTimeout = Math.max(leastAnswerTimeout, cage.application.timeout * 1000);
	let deadline = began + answerTimeout;
	let last: ProbeOutcome = { command: cage.application.probes[0] ?? "", ok: false, output: "" };
	const answer = async () => {
		while (machine.elapsed() < deadline) {
			const seconds = machine.store.upkeep.restartAnswer(name, generation);
			if (seconds === "refused") return false;
			if (seconds !== undefined && (await runningIn(machine, name, generation)).inits.length) {
				// The application may take as long to end as that `run` allows.
				const stops = seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
				deadline = Math.min(machine.elapsed(), began + stops) + answerTimeout;
			}
			const [init] = machine.launcher.running(machine.store.root(name, generation)).inits;
			if (init !== undefined) {
				const reachable = { init, ended: new Promise<never>(() => {}) };
				for (const probe of cage.application.probes) {
					const left = () => Math.max(1, (deadline - machine.elapsed()) / 1000);
					last = { command: probe, ok: false, output: "" };
					while (!last.ok && last.status === undefined && machine.elapsed() < deadline) {
						last = outcomeOf(probe, await machine.launcher.shell(probe, { launched: reachable }, left(), signal));
						if (!last.ok) await machine.sleep(200, signal);
					}
					if (!last.ok)
						throw probeCannotRun([last]) ?? new Failure("update-silent", { name, service: `cagewright run ${name}`, probe }, 1);
				}
				return true;
			}
			await machine.sleep(50, signal);
		}
		return false;
	};
	return reportWaiting(context, answer(), () => awaitedAnswer(last, Math.ceil((deadline - began) / 1000)));
}

/** Without a running systemd. */
const stopped = { active: "inactive", mainPid: 0 };

interface UnitRenewal {
	readonly place: Path;
	readonly text: string;
	/** It stops and reloads in another way, which a process that the present unit started may not understand. */
	readonly isSteeredOtherwise: boolean;
}

/**
 * How a unit would change: its writable directories and permissions follow the plan, its programs the release, and its way of starting
 * systemd's version. Undefined if it would not, or if it was edited.
 */
async function planRenewal(context: Context, name: string, unit: UnitOfCage): Promise<UnitRenewal | undefined> {
	return unlessRefused(context, name, unit, async () => {
		const before = await installedText(context, name, unit.place);
		const { place, text } = await planUnit(context, whichUnit(name, unit));
		if (before === text && place === unit.place) return undefined;
		return { place, text, isSteeredOtherwise: steeringOf(before ?? "") !== steeringOf(text) };
	});
}

/** Returns whether the unit was written. */
async function renewUnit(context: Context, name: string, unit: UnitOfCage, { place, text }: UnitRenewal): Promise<boolean> {
	const { machine } = context;
	const isDone = await unlessRefused(context, name, unit, async () => {
		const adoption = await machine.store.adoption(name);
		await machine.units.install(place, text, cageFolder(machine.store, name));
		if (adoption && unit.service === adoption.service) await machine.store.adopting.save(name, { ...adoption, dropin: text });
		await machine.units.reload();
		return true;
	});
	return isDone ?? false;
}

const whichUnit = (name: string, { service }: UnitOfCage) => (service === undefined ? { name } : { name, service });

/** Warns about a failure, and returns undefined then. */
async function unlessRefused<T>(
	context: Context,
	name: string,
	unit: UnitOfCage,
	work: () => Promise<T>,
): Promise<T | undefined> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const values = { ...error.values, ...whichUnit(name, unit), cause: error.code };
		context.emit({ event: "warned", code: "unit-not-refreshed", values });
		return undefined;
	}
}

function steeringOf(unit: string): string {
	return unit
		.split("\n")
		.filter((line) => /^(ExecStop|ExecReload|KillMode|KillSignal)=/.test(line))
		.join("\n");
}
