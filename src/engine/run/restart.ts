import { type UnitOfCage, unitName } from "../../core/confinement/unit/installed.ts";
import { Failure } from "../../core/failure.ts";
import { passingClientProbes, requireClientAnswers } from "../adopt/clients.ts";
import { noAnswerFailure, probeService, startService, stopService } from "../adopt/service-probes.ts";
import { cageFolder, presentCage, runningIn } from "../cages.ts";
import type { Context } from "../context.ts";
import type { ProbeOutcome } from "../events.ts";
import { awaitedAnswer, outcomeOf, reportWaiting } from "../trace/probing.ts";
import { probeCannotRun } from "../trial/failures.ts";
import { installedText, planUnit, unitsOf } from "./installed-unit.ts";

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
 * started. Throws `service-silent…` or `update-silent` (exit 1) if something does not answer afterwards. The caller holds the
 * cage's lock.
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
		if (await refreshUnit(context, name, unit)) renewed.push(service);
		if (!machine.services.running() || !stale.inits.length) continue;
		const { active, mainPid } = await machine.services.state(service);
		if (active !== "active" || !stale.processes.includes(mainPid)) continue;
		const companions = await machine.services.companions(service);
		const adoption = await machine.store.adoption(name);
		const found = await passingClientProbes(context, adoption?.foundClientProbes ?? []);
		context.emit({ event: "service-stopped", service });
		// Stored, so that a kill does not leave the service stopped.
		const left = (await machine.store.upkeep.switching(name)) ?? { from: generation, before: cage };
		await machine.store.upkeep.saveSwitching(name, { ...left, stopped: { service, companions } });
		await stopService(context, service, companions);
		await startService(context, service, companions);
		context.emit({ event: "service-started", service });
		restarted.push(service);
		const probes = adoption?.probes ?? cage.application.probes;
		const answer = await probeService(context, service, probes, cage.application.timeout);
		const probe = answer.probes.find(({ ok }) => !ok)?.command ?? probes[0] ?? "";
		if (!answer.answered) throw await noAnswerFailure(context, service, answer, probe);
		await requireClientAnswers(context, [...(adoption?.clientProbes ?? []), ...found], cage.application.timeout);
	}
	if ((await runningIn(machine, name, generation)).inits.length && (await restartRun(context, name, generation))) {
		restarted.push("run");
	}
	const { inits: remaining } = await runningIn(machine, name, generation);
	const interrupted = restarted.length ? Math.round((machine.elapsed() - began) / 10) / 100 : 0;
	return { restarted, renewed, remaining, interrupted };
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

/**
 * Updates a unit, whose writable directories and permissions follow the plan, and whose programs follow the release. Returns whether it
 * changed. Leaves an edited unit alone.
 */
async function refreshUnit(context: Context, name: string, { place, service }: UnitOfCage): Promise<boolean> {
	const { machine } = context;
	const which = service === undefined ? { name } : { name, service };
	try {
		const before = await installedText(context, name, place);
		const adoption = await machine.store.adoption(name);
		const planned = await planUnit(context, which);
		const { text } = planned;
		if (before === text && planned.place === place) return false;
		await machine.units.install(planned.place, text, cageFolder(machine.store, name));
		if (adoption && service === adoption.service) await machine.store.adopting.save(name, { ...adoption, dropin: text });
		await machine.units.reload();
		return true;
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		context.emit({ event: "warned", code: "unit-not-refreshed", values: { ...error.values, ...which, cause: error.code } });
		return false;
	}
}
