import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { type PresentCage, presentCage, requireStopped, withStateInPlace } from "../../cage/engine/cages.ts";
import { hostFacts } from "../../cage/engine/plan-cage.ts";
import { mergeAcceptances } from "../../cage/finding.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import { runningUids } from "../../plan/accounts.ts";
import { isInPlace } from "../../plan/binds.ts";
import { HostAccess } from "../../plan/host-access.ts";
import { placesOf, stateInPlace } from "../../plan/own-state.ts";
import { holdsLinkedSockets } from "../../plan/published.ts";
import { hiddenNetworkTables } from "../../plan/unproven.ts";
import { probeCannotRun, requireRunnable } from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import { foundEscape } from "../../selftest/verdict.ts";
import { findClientProbes, requireClientAnswers, requireClientProbes } from "../../unit/engine/client-probes.ts";
import { planUnit, unitsOf } from "../../unit/engine/installed-unit.ts";
import { refuseLockoutBy } from "../../unit/engine/lockout.ts";
import { noAnswerFailure, probeService, runsInside, startService, stopService } from "../../unit/engine/service-probes.ts";
import { hostService } from "../../unit/engine/unit.ts";
import { unitName } from "../../unit/installed.ts";
import { type Adoption, sharedWithOthers } from "../adoption.ts";
import type { Client } from "../clients.ts";
import { tracedPorts } from "../listening-ports.ts";
import { observeClients, requireServed, type ServedBefore } from "./clients.ts";
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
	/** The cage gets a copy of the state instead of the host's own directories. */
	readonly copyData: boolean;
}

/** Everything that an adoption will do. Making the plan changes nothing. */
export interface AdoptionPlan {
	/** The cage as it will run. */
	readonly present: PresentCage;
	/** `Cage.stateInPlace` before. */
	readonly inPlaceBefore: readonly Path[] | null;
	/** Requested; a cage with an account of its own gets a copy anyway. */
	readonly copyData: boolean;
	readonly service: string;
	readonly dropin: string;
	/** Directories of the state that stay where the host has them. */
	readonly inPlace: readonly Path[];
	/** Directories of the state that are copied. */
	readonly places: readonly Path[];
	readonly probes: readonly string[];
	readonly clientProbes: readonly string[];
	/** Further ones, for the protocol of the service and the accounts of its clients. */
	readonly foundClientProbes: readonly string[];
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
	const stored = await presentCage(context, name);
	const { cage, manifest } = stored;
	const unsafe = foundEscape(cage);
	if (unsafe) throw unsafe;
	const other = await cageThatAdopted(context, service);
	if (other !== undefined) throw new Failure("already-adopted", { service, name: other }, 2);
	const own = await machine.store.adoption(name);
	if (own) throw new Failure("cage-has-service", { service: own.service, name }, 2);
	await refuseLockoutBy(context, withAcceptances(stored, request.accepted), host);
	await requireStopped(machine, name);
	const all = statePlaces(manifest);
	const facts = hostFacts(machine, cage.application, manifest.identity);
	const hostAccess = new HostAccess({ ...facts, uids: runningUids(manifest) });
	const shared = sharedWithOthers(all) ?? all.find((path) => hostAccess.isExecuted(path));
	if (shared !== undefined) throw new Failure("adopt-too-wide", { path: showPath(shared), name }, 4);
	const inPlace = copiesState(cage, request)
		? undefined
		: stateInPlace({
				writable: manifest.writable,
				before: cage.stateInPlace ?? [],
				rules: cage.rules,
				hostAccess,
				identity: manifest.identity,
				files: machine.files,
			});
	const present = withStateInPlace(stored, inPlace);
	const places = all.filter((path) => !isInPlace(path, present.layout));
	await refuseOwnUnit(context, present);
	const [exercise] = cage.trials.at(-1)?.failedExercises ?? [];
	if (exercise !== undefined) throw new Failure("adopt-exercise-fails", { service, name, exercise: showProbe(exercise) }, 1);
	// Data that the move replaces need not exist yet.
	const { layout } = inPlace ? present : stored;
	await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [] });
	await machine.store.adopting.requireRoom(name, places);
	const { before, text: dropin } = await planUnit(context, { name, service }, (one) => withStateInPlace(one, inPlace));
	if (before !== undefined) throw new Failure("dropin-there", { service, name }, 4);
	const probes = request.probes.length ? request.probes : cage.application.probes;
	const timeout = request.timeout ?? cage.application.timeout;
	const { active } = await machine.services.state(service);
	if (active !== "active") throw new Failure("service-not-running", { service, state: active }, 1);
	await requireRunnable(context, { probes });
	// If the service does not answer its probes today, a later failure would be blamed on the cage.
	const { answered, probes: asked } = await probeService(context, service, probes, { seconds: timeout });
	if (!answered) throw probeCannotRun(asked) ?? new Failure("adopt-probe-fails", { service, probe: failedProbe(asked) ?? "" }, 1);
	const clientProbes = request.clientProbes ?? [];
	await requireClientProbes(context, clientProbes, timeout);
	await warnOfChanges(context, present, service);
	const [program = ""] = cage.application.command;
	const trace = await machine.store.trace(name);
	const observed = await observeClients(context, { host, manifest, places: all, program, traced: tracedPorts(trace) });
	const clients = { ...observed, hiddenTables: trace ? hiddenNetworkTables(trace, cage.rules) : [] };
	for (const { path, tools } of clients.pidFiles) {
		const values = { path: showPath(path), tools: tools.map(showPath).join(", "), service, name };
		context.emit({ event: "warned", code: "adopt-pid-file", values });
	}
	const foundClientProbes = await findClientProbes(context, { command: cage.application.command, probes }, clients);
	const { together } = request;
	return {
		present,
		inPlaceBefore: cage.stateInPlace ?? null,
		service,
		dropin,
		inPlace: inPlace ?? [],
		places,
		copyData: request.copyData,
		probes,
		clientProbes,
		foundClientProbes,
		clients,
		timeout,
		...omitUndefined({ together }),
	};
}

/** Paths of a warning. */
const mostPaths = 3;

/** A cage that was made earlier may lack what the administrator configured since. */
async function warnOfChanges({ emit, machine, signal }: Context, { cage: { name }, manifest }: PresentCage, service: string) {
	const { changed } = await machine.changedOrigins(manifest, false, signal);
	if (!changed.length) return;
	const shown = changed.slice(0, mostPaths).map(({ path }) => showPath(path));
	const paths = [...shown, ...(changed.length > mostPaths ? ["…"] : [])].join(", ");
	emit({ event: "warned", code: "adopt-outdated", values: { name, service, paths } });
}

/** The directories of a generation's state. */
export function statePlaces(manifest: Manifest): Path[] {
	return placesOf({ writable: manifest.writable.filter(({ path }) => !holdsLinkedSockets(path, manifest)) });
}

/** State whose owner the cage's own account cannot be must be copied. */
export function copiesState(
	{ dedicatedAccount }: Pick<Cage, "dedicatedAccount">,
	{ copyData }: Pick<AdoptRequest, "copyData">,
): boolean {
	return copyData || dedicatedAccount !== undefined;
}

/** Throws `adopt-own-unit` (exit 4) if a unit of the cage's own could start a second instance on the state in place. */
async function refuseOwnUnit(context: Context, { cage: { name }, layout }: PresentCage): Promise<void> {
	const own = (await unitsOf(context, name)).find(({ service }) => service === undefined);
	if (own && layout.inPlace.length) throw new Failure("adopt-own-unit", { name, unit: unitName(name) }, 4);
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

export interface AdoptionResult {
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
): Promise<AdoptionResult | undefined> {
	const { machine } = context;
	const { name } = request;
	await using _lock = await machine.store.lock(name);
	const plan = await planAdoption(context, request);
	if (!(await confirm(plan))) return undefined;
	await machine.store.adopting.clear(name);
	const { away, interrupted } = await move(context, name, plan);
	const [places, inPlace] = [plan.places, plan.inPlace].map((paths) => paths.map(showPath));
	await machine.store.log(name, "adopted", { service: plan.service, interrupted, places, inPlace });
	return { plan, interrupted, away };
}

async function move(context: Context, name: string, plan: AdoptionPlan): Promise<Omit<AdoptionResult, "plan">> {
	const { machine, signal } = context;
	const { clientProbes, dropin, foundClientProbes, inPlace, inPlaceBefore, places, present, probes, service, timeout } = plan;
	const since = new Date(machine.now()).toISOString();
	const companions = await machine.services.companions(service);
	const asked = {
		...(clientProbes.length ? { clientProbes } : {}),
		...(foundClientProbes.length ? { foundClientProbes } : {}),
		...omitUndefined({ together: plan.together }),
		...(plan.copyData ? { copyData: plan.copyData } : {}),
	};
	let adoption: Adoption = {
		service,
		phase: "seeding",
		since,
		companions,
		dropin,
		probes,
		timeout,
		places: [],
		...asked,
		inPlace,
		inPlaceBefore,
	};
	signal.throwIfAborted();
	adoption = await saveAdoption(context, name, adoption);
	let started = machine.elapsed();
	let interrupted = 0;
	let away: readonly Client[] = [];
	try {
		await machine.store.saveCage(present.cage);
		started = machine.elapsed();
		context.emit({ event: "service-stopped", service });
		await stopService(context, service, companions);
		const taken = await machine.store.adopting.take({
			name,
			writable: present.manifest.writable.filter(({ path }) => !isInPlace(path, present.layout)),
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
		away = await requireServed(withoutSignal(context), plan.clients, timeout);
		await requireClientAnswers(withoutSignal(context), [...clientProbes, ...foundClientProbes], timeout);
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
	const answer = await probeService(context, service, probes, { seconds: timeout });
	if (!answer.answered) throw await noAnswerFailure(context, service, answer, failedProbe(answer.probes) ?? probes[0] ?? "");
	if (!(await runsInside(context, name, answer.mainPid))) throw new Failure("service-outside", { service, name }, 1);
}

/** A code and its values, because the log has no language. */
export function problemOf(error: unknown): string {
	if (error instanceof Failure) return [error.code, ...Object.values(error.values)].join(" ");
	return error instanceof Error ? error.message : String(error);
}
