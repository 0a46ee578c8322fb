import { type AdoptedPlace, type Adoption, isStaged, type Keep } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Context } from "../context.ts";
import { hostService } from "../run/unit.ts";
import { cageThatAdopted, enter, problemOf, requireSystemd } from "./adopt.ts";
import { askService, runsInside } from "./asking.ts";
import { calm, dropinThere, removeDropin, startAndAsk, undoAdoption, undoRelease } from "./undo.ts";

export interface ReleasePlan {
	readonly name: string;
	readonly adoption: Adoption;
	/** What the cage's state will replace, of the directories as they are now. */
	readonly givenBack: readonly Path[];
}

interface Released {
	readonly plan: ReleasePlan;
	/** Seconds from the stop until the service answered again. */
	readonly interrupted: number;
}

/** What a release would do. Throws `not-adopted` (exit 2), or what speaks against it. */
export async function planRelease(context: Context, called: string, keep?: Keep): Promise<ReleasePlan> {
	const { machine } = context;
	requireSystemd(context);
	const service = machine.units.service(called) ? hostService(context, called).name : called;
	const name = await cageThatAdopted(context, service);
	const adoption = name === undefined ? undefined : await machine.store.adoption(name);
	if (name === undefined || adoption?.phase !== "adopted") throw new Failure("not-adopted", { service }, 2);
	await dropinThere(context, name, adoption);
	const givenBack = (await decide(context, name, adoption, keep)).map(({ path }) => path);
	await machine.store.adopting.requireRoomOutside(name, givenBack);
	return { name, adoption, givenBack };
}

/** Moves a service out of its cage, with what it wrote there. Whatever fails, and a signal until it is started there, ends with it running in its cage. */
export async function releaseService(
	context: Context,
	called: string,
	keep: Keep | undefined,
	confirm: (plan: ReleasePlan) => Promise<boolean>,
): Promise<Released | undefined> {
	const { machine } = context;
	const { name } = await planRelease(context, called, keep);
	const lock = await machine.store.lock(name);
	try {
		const plan = await planRelease(context, called, keep);
		if (!(await confirm(plan))) return undefined;
		const released = await moveBack(context, plan, keep);
		const { interrupted, plan: done } = released;
		const { service } = done.adoption;
		await machine.store.log(name, "released", { service, interrupted, places: done.givenBack.map(showPath) });
		return released;
	} finally {
		await lock.release();
	}
}

async function moveBack(context: Context, plan: ReleasePlan, keep: Keep | undefined): Promise<Released> {
	const { machine, signal } = context;
	const { adoption: from, name } = plan;
	const { service } = from;
	let places: readonly Path[] = [];
	signal.throwIfAborted();
	const companions = await machine.services.companions(service);
	let adoption = await enter(context, name, { ...from, companions, phase: "returning" });
	const started = machine.now();
	try {
		context.emit({ event: "service-stopped", service });
		await machine.services.stop(service, companions);
		// Once more, for the application may have written until just now.
		adoption = await stage(context, name, adoption, await decide(context, name, adoption, keep));
		const staged = adoption.places.filter(isStaged);
		places = staged.map(({ path }) => path);
		for (const place of staged) await machine.store.adopting.prepareReturn(name, place, signal);
		signal.throwIfAborted();
		for (const place of staged) await machine.store.adopting.swapReturn(place);
		adoption = await enter(context, name, { ...adoption, phase: "returned" });
		await removeDropin(context, name, adoption);
		// What runs now may be written to: no signal takes it away, only that it does not answer.
		await startAndAsk(calm(context), adoption);
		context.emit({ event: "service-started", service });
	} catch (error) {
		// As it is written down: a stage may have been made that did not come back to here.
		await undoRelease(context, name, (await machine.store.adoption(name)) ?? adoption);
		await machine.store.log(name, "release-undone", { service, problem: problemOf(error) });
		throw signal.aborted ? error : new Failure("release-failed", { service, name }, 1, error);
	}
	const interrupted = Math.round((machine.now() - started) / 10) / 100;
	await finishRelease(context, name, adoption);
	return { plan: { ...plan, givenBack: places }, interrupted };
}

/** Makes the stages of these places. Each is written down before it is made, and known by its inode after. */
async function stage(context: Context, name: string, adoption: Adoption, returning: readonly Returning[]): Promise<Adoption> {
	const { adopting } = context.machine.store;
	const own = adopting.stageName();
	const places = adoption.places.map((place): AdoptedPlace => {
		const found = returning.find(({ path }) => path === place.path);
		return found ? { ...place, stage: { name: own, untouched: found.untouched } } : place;
	});
	await enter(context, name, { ...adoption, places });
	const made: AdoptedPlace[] = [];
	for (const place of places) made.push(isStaged(place) ? await adopting.makeStage(name, place) : place);
	return enter(context, name, { ...adoption, places: made });
}

/** Lets go of the host's earlier state. */
async function finishRelease({ machine }: Context, name: string, { places }: Adoption): Promise<void> {
	for (const place of places.filter(isStaged)) await machine.store.adopting.finishReturn(place);
	await machine.store.adopting.end(name);
}

/**
 * The directories whose state is to come from the cage: those where only the cage's was changed. Throws `both-changed` (exit 4) where the
 * host's was changed too and nobody said which counts, and `release-link` (exit 4) for a trap.
 */
async function decide({ machine }: Context, name: string, { places, service }: Adoption, keep?: Keep): Promise<Returning[]> {
	const returning: Returning[] = [];
	for (const place of places) {
		const { path } = place;
		const now = await machine.store.adopting.fingerprints(name, path).catch((error: unknown) => {
			// What cannot be looked at may have been changed on both sides: then it counts what was said.
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

interface Returning {
	readonly path: Path;
	/** Whether the host's state is as it was copied. */
	readonly untouched: boolean;
}

export interface Repaired {
	readonly name: string;
	readonly service: string;
	/** Where the service is now, whole. */
	readonly where: "cage" | "host";
	/** What the caged service may have written before it was taken back to the host. */
	readonly kept?: Path;
}

/**
 * Finishes or undoes what a killed adoption or release left. A service that already answers from its new place stays there: what was
 * written meanwhile must not be lost. Cages that somebody works on are left to them.
 */
export async function repairAdoptions(hasty: Context): Promise<Repaired[]> {
	const context = calm(hasty);
	const { services, store } = context.machine;
	const repaired: Repaired[] = [];
	for (const name of await store.names()) {
		const adoption = await store.adoption(name);
		if (adoption === undefined || adoption.phase === "adopted" || !services.running()) continue;
		const lock = await store.lock(name).catch((error: unknown) => {
			if (error instanceof Failure && error.code === "cage-busy") return undefined;
			throw error;
		});
		if (lock === undefined) continue;
		try {
			const now = await store.adoption(name);
			if (now === undefined || now.phase === "adopted") continue;
			const done = await repair(context, name, now);
			const { kept, where } = done;
			const keptAt = kept === undefined ? {} : { kept: showPath(kept) };
			await store.log(name, "repaired", { service: now.service, phase: now.phase, where, ...keptAt });
			repaired.push({ name, service: now.service, ...done });
		} finally {
			await lock.release();
		}
	}
	return repaired;
}

async function repair(context: Context, name: string, adoption: Adoption): Promise<Pick<Repaired, "where" | "kept">> {
	const { services, store } = context.machine;
	switch (adoption.phase) {
		case "starting":
			if (await answersInside(context, name, adoption)) {
				await services.start(adoption.service, adoption.companions);
				await store.adopting.save(name, { ...adoption, phase: "adopted" });
				return { where: "cage" };
			}
			return takenBack(await undoAdoption(context, name, adoption));
		case "returned":
			await removeDropin(context, name, adoption);
			await startAndAsk(context, adoption);
			await finishRelease(context, name, adoption);
			return { where: "host" };
		case "returning":
			await undoRelease(context, name, adoption);
			return { where: "cage" };
		default:
			return takenBack(await undoAdoption(context, name, adoption));
	}
}

function takenBack(kept: Path | undefined): Pick<Repaired, "where" | "kept"> {
	return { where: "host", ...(kept === undefined ? {} : { kept }) };
}

async function answersInside(context: Context, name: string, adoption: Adoption): Promise<boolean> {
	const { probes, service, timeout } = adoption;
	// The kill may have come before the file.
	if ((await dropinThere(context, name, adoption)) === undefined) return false;
	const { answered, mainPid } = await askService(context, service, probes, timeout);
	return answered && (await runsInside(context, name, mainPid));
}
