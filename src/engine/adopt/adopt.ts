import type { Adoption } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Context } from "../context.ts";
import { askService, runsInside, serviceSilent } from "./asking.ts";
import { type AdoptionPlan, type AdoptRequest, enter, failedProbe, planAdoption } from "./check.ts";
import { writeDropin } from "./dropin.ts";
import { calm, undoAdoption } from "./undo.ts";

export interface Adopted {
	readonly plan: AdoptionPlan;
	/** Seconds from the stop until the service answered again. */
	readonly interrupted: number;
}

/**
 * Moves a running service into its cage. Whatever fails, and a signal until it is started there, ends with the old service running on its
 * own state, which was never touched. undefined where it was not confirmed.
 */
export async function adoptService(
	context: Context,
	request: AdoptRequest,
	confirm: (plan: AdoptionPlan) => Promise<boolean>,
): Promise<Adopted | undefined> {
	const { machine } = context;
	const { name } = request;
	const lock = await machine.store.lock(name);
	try {
		const plan = await planAdoption(context, request);
		if (!(await confirm(plan))) return undefined;
		await machine.store.adopting.clear(name);
		const interrupted = await move(context, name, plan);
		await machine.store.log(name, "adopted", { service: plan.service, interrupted, places: plan.places.map(showPath) });
		return { plan, interrupted };
	} finally {
		await lock.release();
	}
}

async function move(context: Context, name: string, plan: AdoptionPlan): Promise<number> {
	const { machine, signal } = context;
	const { dropin, places, present, probes, service, timeout } = plan;
	const since = new Date(machine.now()).toISOString();
	const companions = await machine.services.companions(service);
	let adoption: Adoption = { service, phase: "seeding", since, companions, dropin, probes, timeout, places: [] };
	signal.throwIfAborted();
	adoption = await enter(context, name, adoption);
	const started = machine.now();
	try {
		context.emit({ event: "service-stopped", service });
		await machine.services.stop(service, companions);
		const taken = await machine.store.adopting.take({
			name,
			writable: present.manifest.writable,
			places,
			signal,
			onFile: (path, bytesDone, bytesTotal) => context.emit({ event: "file-copied", path, bytesDone, bytesTotal }),
		});
		for (const path of taken.unstable) context.emit({ event: "warned", code: "seed-unstable", values: { path: showPath(path) } });
		await machine.store.adopting.use(name);
		signal.throwIfAborted();
		// What runs from here on may be written to: only an answer, or none, decides what becomes of it, and no signal.
		adoption = await enter(context, name, { ...adoption, phase: "starting", places: taken.places });
		await writeDropin(context, name, adoption);
		await machine.services.start(service, companions);
		context.emit({ event: "service-started", service });
		await requireCaged(calm(context), name, adoption);
		await enter(context, name, { ...adoption, phase: "adopted" });
	} catch (error) {
		const kept = await undoAdoption(context, name, adoption);
		const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
		await machine.store.log(name, "adoption-undone", { service, problem: problemOf(error), ...keptAt });
		if (kept !== undefined) throw new Failure("adopt-failed-kept", { service, name, path: showPath(kept) }, 1, error);
		throw signal.aborted ? error : new Failure("adopt-failed", { service, name }, 1, error);
	}
	return Math.round((machine.now() - started) / 10) / 100;
}

/** Throws unless the service answers, and does so from within its cage. */
async function requireCaged(context: Context, name: string, { probes, service, timeout }: Adoption): Promise<void> {
	const answer = await askService(context, service, probes, timeout);
	if (!answer.answered) throw await serviceSilent(context, service, answer, failedProbe(answer.probes) ?? probes[0] ?? "");
	if (!(await runsInside(context, name, answer.mainPid))) throw new Failure("service-outside", { service, name }, 1);
}

/** For the log, which has no language: a code and its values. */
export function problemOf(error: unknown): string {
	if (error instanceof Failure) return [error.code, ...Object.values(error.values)].join(" ");
	return error instanceof Error ? error.message : String(error);
}
