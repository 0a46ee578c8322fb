import { type Adoption, placesOf, sharedWithOthers } from "../../core/adoption/adoption.ts";
import type { Client } from "../../core/adoption/clients.ts";
import { mergeAcceptances } from "../../core/cage/finding.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { HostAccess } from "../../core/plan/host-access.ts";
import { type PresentCage, presentCage, requireStopped } from "../cages.ts";
import type { Context } from "../context.ts";
import { hostFacts } from "../plan/comparable-plan.ts";
import { planUnit } from "../run/installed-unit.ts";
import { refuseLockoutBy } from "../run/lockout.ts";
import { hostService } from "../run/unit.ts";
import { requireRunnable } from "../trace/probe-lines.ts";
import { probeCannotRun } from "../trial/failures.ts";
import { auditGeneration } from "../upkeep/audit.ts";
import { observeClients, requireClientAnswers, requireClientProbes, requireServed, type ServedBefore } from "./clients.ts";
import { noAnswerFailure, probeService, runsInside, startService, stopService } from "./service-probes.ts";
import { undoAdoption, withoutSignal, writeDropin } from "./undo.ts";

export interface AdoptRequest {
	readonly name: string;
	/** As the user typed it. */
	readonly service: string;
	/** Replace the probes that the cage was made with. */
	readonly probes: readonly string[];
	/** Ask as clients do, before and after the move. */
	readonly clientProbes?: readonly string[];
	readonly timeout?: number;
	/** The same command moves further services. */
	readonly together?: true;
	/** Findings that this call accepts beyond those of the cage, in the form of `--accept-finding`. */
	readonly accepted?: readonly string[];
}

/** Everything that an adoption will do. Making the plan changes nothing. */
export interface AdoptionPlan {
	readonly present: PresentCage;
	readonly service: string;
	readonly dropin: string;
	readonly places: readonly Path[];
	readonly probes: readonly string[];
	readonly clientProbes: readonly string[];
	readonly clients: ServedBefore;
	readonly together?: true;
	readonly timeout: number;
}

/** Finds problems while the service still runs. Throws a Failure that names the problem. */
export async function planAdoption(context: Context, request: AdoptRequest): Promise<AdoptionPlan> {
	const { machine } = context;
	const { name } = request;
	requireSystemd(context);
	const host = hostService(context, request.service);
	const service = host.name;
	const present = await presentCage(context, name);
	const { cage, layout, manifest } = present;
	const other = await cageThatAdopted(context, service);
	if (other !== undefined) throw new Failure("already-adopted", { service, name: other }, 2);
	const own = await machine.store.adoption(name);
	if (own) throw new Failure("cage-has-service", { service: own.service, name }, 2);
	await refuseLockoutBy(context, withAcceptances(present, request.accepted), host);
	await requireStopped(machine, name);
	const places = placesOf(manifest);
	const hostAccess = new HostAccess(hostFacts(machine, cage.application, manifest.identity));
	const shared = sharedWithOthers(places) ?? places.find((path) => hostAccess.isExecuted(path));
	if (shared !== undefined) throw new Failure("adopt-too-wide", { path: showPath(shared), name }, 4);
	await auditGeneration(context, manifest, layout);
	await machine.store.adopting.requireRoom(name, places);
	const { before, text: dropin } = await planUnit(context, { name, service });
	if (before !== undefined) throw new Failure("dropin-there", { service, name }, 4);
	const probes = request.probes.length ? request.probes : cage.application.probes;
	const timeout = request.timeout ?? cage.application.timeout;
	const { active } = await machine.services.state(service);
	if (active !== "active") throw new Failure("service-not-running", { service, state: active }, 1);
	await requireRunnable(context, { probes });
	// If the service does not answer its probes today, a later failure would be blamed on the cage.
	const { answered, probes: asked } = await probeService(context, service, probes, timeout);
	if (!answered) throw probeCannotRun(asked) ?? new Failure("adopt-probe-fails", { service, probe: failedProbe(asked) ?? "" }, 1);
	const clientProbes = request.clientProbes ?? [];
	await requireClientProbes(context, clientProbes, timeout);
	const [program = ""] = cage.application.command;
	const clients = await observeClients(context, { host, manifest, places, program });
	const { together } = request;
	return { present, service, dropin, places, probes, clientProbes, clients, timeout, ...(together ? { together } : {}) };
}

function withAcceptances(present: PresentCage, accepted: readonly string[] = []): PresentCage {
	const { cage } = present;
	return { ...present, cage: { ...cage, accepted: mergeAcceptances(cage.accepted ?? [], accepted) } };
}

export function requireSystemd({ machine }: Context): void {
	if (!machine.services.running()) throw new Failure("no-systemd", {}, 3);
}

/** The cage that has adopted this service or is adopting it. */
export async function cageThatAdopted({ machine }: Context, service: string): Promise<string | undefined> {
	for (const name of await machine.store.names()) {
		if ((await machine.store.adoption(name))?.service === service) return name;
	}
	return undefined;
}

function failedProbe(probes: readonly { readonly command: string; readonly ok: boolean }[]): string | undefined {
	return probes.find(({ ok }) => !ok)?.command;
}

export async function saveAdoption({ machine }: Context, name: string, adoption: Adoption): Promise<Adoption> {
	await machine.store.adopting.save(name, adoption);
	return adoption;
}

export interface Adopted {
	readonly plan: AdoptionPlan;
	/** Seconds from the stop until the service answered again. */
	readonly interrupted: number;
	/** Clients that can connect, but have not connected again yet. */
	readonly away: readonly Client[];
}

/**
 * Moves a running service into its cage. If a step fails, or a signal arrives before the service is started there, the service
 * runs again outside with its own state, which was never touched. Returns undefined if the plan was not confirmed.
 */
export async function adoptService(
	context: Context,
	request: AdoptRequest,
	confirm: (plan: AdoptionPlan) => Promise<boolean>,
): Promise<Adopted | undefined> {
	const { machine } = context;
	const { name } = request;
	await using _lock = await machine.store.lock(name);
	const plan = await planAdoption(context, request);
	if (!(await confirm(plan))) return undefined;
	await machine.store.adopting.clear(name);
	const { away, interrupted } = await move(context, name, plan);
	await machine.store.log(name, "adopted", { service: plan.service, interrupted, places: plan.places.map(showPath) });
	return { plan, interrupted, away };
}

async function move(context: Context, name: string, plan: AdoptionPlan): Promise<Omit<Adopted, "plan">> {
	const { machine, signal } = context;
	const { clientProbes, dropin, places, present, probes, service, timeout } = plan;
	const since = new Date(machine.now()).toISOString();
	const companions = await machine.services.companions(service);
	const asked = { ...(clientProbes.length ? { clientProbes } : {}), ...(plan.together ? { together: plan.together } : {}) };
	let adoption: Adoption = { service, phase: "seeding", since, companions, dropin, probes, timeout, places: [], ...asked };
	signal.throwIfAborted();
	adoption = await saveAdoption(context, name, adoption);
	const started = machine.elapsed();
	let interrupted = 0;
	let away: readonly Client[] = [];
	try {
		context.emit({ event: "service-stopped", service });
		await stopService(context, service, companions);
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
		// From here on the service may write, so only the probes decide what happens to its state, and signals are ignored.
		adoption = await saveAdoption(context, name, { ...adoption, phase: "starting", places: taken.places });
		await writeDropin(context, name, adoption);
		await startService(withoutSignal(context), service, companions);
		context.emit({ event: "service-started", service });
		await requireCaged(withoutSignal(context), name, adoption);
		interrupted = Math.round((machine.elapsed() - started) / 10) / 100;
		away = await requireServed(withoutSignal(context), plan.clients);
		await requireClientAnswers(withoutSignal(context), clientProbes, timeout);
		await saveAdoption(context, name, { ...adoption, phase: "adopted" });
	} catch (error) {
		const kept = await undoAdoption(context, name, adoption);
		const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
		await machine.store.log(name, "adoption-undone", { service, problem: problemOf(error), ...keptAt });
		if (kept !== undefined) throw new Failure("adopt-failed-kept", { service, name, path: showPath(kept) }, 1, error);
		throw signal.aborted ? error : new Failure("adopt-failed", { service, name }, 1, error);
	}
	return { interrupted, away };
}

/** Throws unless the service answers from inside its cage. */
async function requireCaged(context: Context, name: string, { probes, service, timeout }: Adoption): Promise<void> {
	const answer = await probeService(context, service, probes, timeout);
	if (!answer.answered) throw await noAnswerFailure(context, service, answer, failedProbe(answer.probes) ?? probes[0] ?? "");
	if (!(await runsInside(context, name, answer.mainPid))) throw new Failure("service-outside", { service, name }, 1);
}

/** A code and its values, because the log has no language. */
export function problemOf(error: unknown): string {
	if (error instanceof Failure) return [error.code, ...Object.values(error.values)].join(" ");
	return error instanceof Error ? error.message : String(error);
}
