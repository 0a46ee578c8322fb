import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { isWithin, type Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { lockUnlessBusy, presentCage } from "../../cage/engine/cages.ts";
import { clientsThroughCage } from "../../make/engine/harmless-sockets.ts";
import { isInPlace } from "../../plan/binds.ts";
import { placesOf } from "../../plan/own-state.ts";
import { showProbe } from "../../probe/lines.ts";
import { passingClientProbes, requireClientAnswers } from "../../unit/engine/client-probes.ts";
import { probeService, runsInside, startAndProbe, stopService } from "../../unit/engine/service-probes.ts";
import { hostService } from "../../unit/engine/unit.ts";
import { type AdoptedPlace, type Adoption, isStaged, type KeptSide } from "../adoption.ts";
import type { ObservedClients } from "../clients.ts";
import { cageThatAdopted, problemOf, requireSystemd, saveAdoption, statePlaces } from "./adopt.ts";
import { observeClients, requireServed, type ServedBefore } from "./clients.ts";
import { endAdoption, installedDropin, removeDropin, undoAdoption, undoRelease, withoutSignal } from "./undo.ts";

export interface ReleasePlan {
	readonly name: string;
	/** With the places that came into the cage after the adoption. */
	readonly adoption: Adoption;
	/** Host directories that the cage's state will replace. */
	readonly givenBack: readonly Path[];
}

export interface ReleaseResult {
	readonly plan: ReleasePlan;
	/** Seconds from the stop until the service answered again. */
	readonly interrupted: number;
	/** The data of the adopted cage, if the cage got its earlier data back. */
	readonly kept?: Path;
}

/**
 * Everything that a release will do. Throws `not-adopted` (exit 2) or the reason against it. A release whose undo did not bring the
 * service up in its cage can be tried again, once the host has its state back.
 */
export async function planRelease(context: Context, called: string, keep?: KeptSide): Promise<ReleasePlan> {
	const { machine } = context;
	requireSystemd(context);
	const service = machine.units.service(called) ? hostService(context, called).name : called;
	const name = await cageThatAdopted(context, service);
	const stored = name === undefined ? undefined : await machine.store.adoption(name);
	if (name === undefined || (stored?.phase !== "adopted" && stored?.phase !== "returning")) {
		throw new Failure("not-adopted", { service }, 2);
	}
	if (stored.places.some(isStaged)) throw new Failure("release-unfinished", { service }, 1);
	await installedDropin(context, name, stored);
	const adoption = await withLaterPlaces(context, name, stored);
	const givenBack = (await decide(context, name, adoption, keep)).map(({ path }) => path);
	await machine.store.adopting.requireRoomOutside(name, givenBack);
	return { name, adoption, givenBack };
}

/**
 * Moves a service out of its cage together with the state it wrote there. If a step fails, or a signal arrives before the service
 * is started outside, it runs in its cage again.
 */
export async function releaseService(
	context: Context,
	called: string,
	keep: KeptSide | undefined,
	confirm: (plan: ReleasePlan) => Promise<boolean>,
): Promise<ReleaseResult | undefined> {
	const { machine } = context;
	const { name } = await planRelease(context, called, keep);
	await using _lock = await machine.store.lock(name);
	const plan = await planRelease(context, called, keep);
	if (!(await confirm(plan))) return undefined;
	const released = await moveBack(context, plan, keep);
	const { interrupted, kept, plan: done } = released;
	const { service } = done.adoption;
	const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
	await machine.store.log(name, "released", { service, interrupted, places: done.givenBack.map(showPath), ...keptAt });
	for (const { client, path } of await clientsThroughCage(machine, service)) {
		context.emit({ event: "warned", code: "socket-of-released", values: { client, path: showPath(path), service } });
	}
	return released;
}

const isUsed = true as const;

async function moveBack(context: Context, plan: ReleasePlan, keep: KeptSide | undefined): Promise<ReleaseResult> {
	const { machine, signal } = context;
	const { adoption: from, name } = plan;
	const { service } = from;
	let places: readonly Path[] = [];
	signal.throwIfAborted();
	const companions = from.phase === "returning" ? from.companions : await machine.services.companions(service);
	const before = await observeServed(context, name, from);
	const found = await passingClientProbes(context, from.foundClientProbes ?? []);
	const earlier = { clientProbes: from.clientProbes ?? [], probes: from.passingProbes ?? from.probes };
	const { clientProbes, probes: passingProbes } = before ? await passingNow(context, name, from) : earlier;
	let adoption = await saveAdoption(context, name, { ...from, companions, phase: "returning", passingProbes });
	const started = machine.elapsed();
	let interrupted = 0;
	try {
		context.emit({ event: "service-stopped", service });
		await stopService(context, service, companions);
		// Decide again, because the application may have written until the stop.
		adoption = await stage(context, name, adoption, await decide(context, name, adoption, keep));
		const staged = adoption.places.filter(isStaged);
		places = staged.map(({ path }) => path);
		for (const place of staged) await machine.store.adopting.prepareReturn(name, place, signal);
		signal.throwIfAborted();
		for (const place of staged) await machine.store.adopting.swapReturn(place);
		const used = adoption.places.map((place) => (isStaged(place) ? { ...place, stage: { ...place.stage, isUsed } } : place));
		adoption = await saveAdoption(context, name, { ...adoption, phase: "returned", places: used });
		await removeDropin(context, name, adoption);
		// From here on the service may write, so signals are ignored; only a missing answer undoes the release.
		await startAndProbe(withoutSignal(context), { ...adoption, probes: passingProbes });
		interrupted = Math.round((machine.elapsed() - started) / 10) / 100;
		if (before) await requireServed(withoutSignal(context), before, adoption.timeout);
		await requireClientAnswers(withoutSignal(context), [...clientProbes, ...found], adoption.timeout);
		context.emit({ event: "service-started", service });
	} catch (error) {
		// Read the stored adoption, because a stage may exist that this function does not know of yet.
		const kept = await undoRelease(context, name, (await machine.store.adoption(name)) ?? adoption);
		const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
		await machine.store.log(name, "release-undone", { service, problem: problemOf(error), ...keptAt });
		if (kept !== undefined) throw new Failure("release-failed-kept", { service, name, path: showPath(kept) }, 1, error);
		// The service may save at its stop what somebody has to decide about.
		const isUndecided = error instanceof Failure && error.code === "both-changed";
		throw signal.aborted || isUndecided ? error : new Failure("release-failed", { service, name }, 1, error);
	}
	const kept = await finishRelease(context, name, adoption);
	return { plan: { ...plan, givenBack: places }, interrupted, ...omitUndefined({ kept }) };
}

/** The probes that pass in the cage now. Warns of each that does not: it says nothing about the host. */
async function passingNow(
	context: Context,
	name: string,
	{ clientProbes = [], probes, service, timeout }: Adoption,
): Promise<Required<Pick<Adoption, "clientProbes" | "probes">>> {
	const answering: string[] = [];
	for (const probe of probes) {
		if ((await probeService(context, service, [probe], { seconds: timeout })).answered) answering.push(probe);
	}
	const clients = await passingClientProbes(context, clientProbes, timeout);
	const failing = [...probes, ...clientProbes].filter((line) => !answering.includes(line) && !clients.includes(line));
	for (const line of failing) {
		context.emit({ event: "warned", code: "release-probe-fails", values: { service, name, probe: showProbe(line) } });
	}
	return { probes: answering, clientProbes: clients };
}

/**
 * Everybody whom the service serves from its cage. Undefined if it does not run there: then nobody can be cut off. Sockets, ports
 * and files without a known client do not count, because the host's configuration decides about them again.
 */
async function observeServed(context: Context, name: string, { service }: Adoption): Promise<ServedBefore | undefined> {
	const { machine } = context;
	const { active, mainPid } = await machine.services.state(service);
	if (active !== "active" || !(await runsInside(context, name, mainPid))) return undefined;
	const { cage, manifest } = await presentCage(context, name);
	const host = hostService(context, service);
	const [program = ""] = cage.application.command;
	const observed = await observeClients(context, { host, manifest, places: placesOf(manifest), program });
	const { served } = observed;
	const isUsed = ({ kind, path }: ObservedClients["paths"][number]) =>
		kind !== "used" && served.clients.some(({ offer }) => offer !== undefined && "path" in offer && offer.path === path);
	const ports = served.ports.map((port) => ({ ...port, isOffered: false }));
	return { ...observed, served: { ...served, ports, paths: served.paths.filter(isUsed) } };
}

/** Creates the stages of these places. Each is stored before it is created, and identified by its inode afterwards. */
async function stage(
	context: Context,
	name: string,
	adoption: Adoption,
	returning: readonly ReturningState[],
): Promise<Adoption> {
	const { adopting } = context.machine.store;
	const own = adopting.stageName();
	const places = adoption.places.map((place): AdoptedPlace => {
		const found = returning.find(({ path }) => path === place.path);
		return found ? { ...place, stage: { name: own, untouched: found.untouched } } : place;
	});
	await saveAdoption(context, name, { ...adoption, places });
	const made: AdoptedPlace[] = [];
	for (const place of places) made.push(isStaged(place) ? await adopting.makeStage(name, place) : place);
	return saveAdoption(context, name, { ...adoption, places: made });
}

/**
 * Deletes the host's previous state. A cage that had the service's state in place returns to the data that it had before. Then the
 * adopted data is kept, and its path returned.
 */
async function finishRelease(context: Context, name: string, adoption: Adoption): Promise<Path | undefined> {
	const { adopting } = context.machine.store;
	const { inPlace = [], inPlaceBefore, places, since } = adoption;
	for (const place of places.filter(isStaged)) await adopting.finishReturn(place);
	const kept = inPlace.length && inPlaceBefore === null ? await adopting.restore(name, since) : undefined;
	await endAdoption(context, name, adoption);
	return kept;
}

/**
 * The adoption with the places that the journal does not know: a generation that was built after the adoption may write to further
 * directories, whose content only the cage's data has.
 */
async function withLaterPlaces(context: Context, name: string, adoption: Adoption): Promise<Adoption> {
	const { adopting } = context.machine.store;
	const { layout, manifest } = await presentCage(context, name);
	const known = adoption.places.map(({ path }) => path);
	const unknown = statePlaces(manifest).filter((path) => !isInPlace(path, layout) && !known.some((one) => isWithin(path, one)));
	const later = (await Promise.all(unknown.map((path) => adopting.laterPlace(name, path)))).flatMap((place) => place ?? []);
	// A later place may contain an earlier one.
	const outermost = adoption.places.filter(({ path }) => !later.some((place) => isWithin(path, place.path)));
	return { ...adoption, places: [...outermost, ...later] };
}

/**
 * The directories that must come from the cage because only the cage's copy changed. Throws `both-changed` (exit 4) if the host's
 * copy changed too and `keep` is not given, and `release-link` (exit 4) for a link that leads out of the state.
 */
async function decide(
	{ machine }: Context,
	name: string,
	{ places, service }: Adoption,
	keep?: KeptSide,
): Promise<ReturningState[]> {
	const returning: ReturningState[] = [];
	for (const place of places) {
		const { path } = place;
		const now = await machine.store.adopting.fingerprints(name, path).catch((error: unknown) => {
			// A directory that cannot be read may have changed on both sides, so `keep` decides.
			if (keep === undefined || !(error instanceof Failure)) throw error;
			return undefined;
		});
		if (now !== undefined && (now.cage === undefined || now.cage === place.cage)) continue;
		const untouched = now !== undefined && place.host === now.host;
		if (untouched || keep === "cage") returning.push({ path, untouched });
		else if (keep === undefined) throw new Failure("both-changed", { service, path: showPath(path) }, 4);
	}
	for (const { path } of returning) {
		const link = await machine.store.adopting.foreignLink(name, path);
		if (link !== undefined) throw new Failure("release-link", { path: showPath(link), name }, 4);
	}
	return returning;
}

interface ReturningState {
	readonly path: Path;
	/** Whether the host's state is still as it was copied. */
	readonly untouched: boolean;
}

export interface RepairResult {
	readonly name: string;
	readonly service: string;
	/** Where the service runs after the repair. */
	readonly where: "cage" | "host";
	/** Data that the service may have written on the other side before it moved back. */
	readonly kept?: Path;
}

/**
 * Finishes or undoes a cage's adoption or release if a kill interrupted it. A service that already answers at its new place stays
 * there, because it may have written new state. Returns undefined if nothing was interrupted, or if another command has locked the cage.
 */
export async function repairAdoption(hasty: Context, name: string): Promise<RepairResult | undefined> {
	const context = withoutSignal(hasty);
	const { services, store } = context.machine;
	const before = await store.adoption(name);
	if (before === undefined || isWhole(before) || !services.running()) return undefined;
	await using lock = await lockUnlessBusy(store, name);
	if (lock === undefined) return undefined;
	const adoption = await store.adoption(name);
	if (adoption === undefined || isWhole(adoption)) return undefined;
	const done = await repair(context, name, adoption);
	const { kept, where } = done;
	const { phase, service } = adoption;
	const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
	await store.log(name, "repaired", { service, phase, where, ...keptAt });
	return { name, service, ...done };
}

/** Neither the move of this service was interrupted, nor that of others by the same command. */
function isWhole({ phase, together }: Adoption): boolean {
	return phase === "adopted" && !together;
}

async function repair(context: Context, name: string, adoption: Adoption): Promise<Pick<RepairResult, "where" | "kept">> {
	const { services, store } = context.machine;
	const { together: _, ...rest } = adoption;
	switch (adoption.phase) {
		case "adopted":
			await store.adopting.save(name, rest);
			return { where: "cage" };
		case "starting":
			if (await answersInside(context, name, adoption)) {
				await startAndProbe(context, adoption);
				await store.adopting.save(name, { ...rest, phase: "adopted" });
				return { where: "cage" };
			}
			return runsAgain("host", await undoAdoption(context, name, adoption));
		case "returned":
			// After a power cut, systemd started it in its cage again if the removal of the drop-in was lost. It may have written there.
			if (await runsInside(context, name, (await services.state(adoption.service)).mainPid)) {
				return runsAgain("cage", await undoRelease(context, name, adoption));
			}
			await removeDropin(context, name, adoption);
			await startAndProbe(context, { ...adoption, probes: adoption.passingProbes ?? adoption.probes });
			return runsAgain("host", await finishRelease(context, name, adoption));
		case "returning":
			return runsAgain("cage", await undoRelease(context, name, adoption));
		default:
			return runsAgain("host", await undoAdoption(context, name, adoption));
	}
}

function runsAgain(where: RepairResult["where"], kept: Path | undefined): Pick<RepairResult, "where" | "kept"> {
	return { where, ...omitUndefined({ kept }) };
}

async function answersInside(context: Context, name: string, adoption: Adoption): Promise<boolean> {
	const { probes, service, timeout } = adoption;
	// The kill may have come before the drop-in was written.
	if ((await installedDropin(context, name, adoption)) === undefined) return false;
	const { answered, mainPid } = await probeService(context, service, probes, { seconds: timeout });
	if (!answered || !(await runsInside(context, name, mainPid))) return false;
	const clients = requireClientAnswers(context, adoption.clientProbes ?? [], timeout);
	return clients.then(
		() => true,
		() => false,
	);
}
