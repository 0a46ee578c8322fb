import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { cageFolder } from "../../cage/engine/cages.ts";
import { showProbe } from "../../probe/lines.ts";
import { installedText } from "../../unit/engine/installed-unit.ts";
import {
	leastSeconds,
	probeService,
	runsInside,
	startAgain,
	startAndProbe,
	stopService,
} from "../../unit/engine/service-probes.ts";
import { dropinPlace } from "../../unit/installed.ts";
import { type AdoptedPlace, type Adoption, isStaged } from "../adoption.ts";

/** The drop-in of an adopted service, if it is installed. Throws `unit-changed` (exit 4) if somebody edited it. */
export async function installedDropin(context: Context, name: string, { service }: Adoption): Promise<string | undefined> {
	return installedText(context, name, await context.machine.units.presentPlace(dropinPlace(service)));
}

export async function writeDropin(context: Context, name: string, { dropin, service }: Adoption): Promise<void> {
	const { store, units } = context.machine;
	await units.install(dropinPlace(service), dropin, cageFolder(store, name));
	await units.reload();
}

export async function removeDropin(context: Context, name: string, adoption: Adoption): Promise<void> {
	const { units } = context.machine;
	await installedDropin(context, name, adoption);
	await units.uninstall(await units.presentPlace(dropinPlace(adoption.service)));
	await units.reload();
}

/** The same context without its signal, because an undo must run to its end. */
export function withoutSignal(context: Context): Context {
	return { ...context, signal: new AbortController().signal };
}

/**
 * Starts the service on its own state again, however far the adoption came. If the caged service may have been started, its data
 * is kept and the path returned. Throws `undo-failed` (exit 1) if the service does not run afterwards. Only warns if it runs as before
 * and does not answer (`undone-unanswered`), because later commands could do nothing about that.
 */
export async function undoAdoption(hasty: Context, name: string, adoption: Adoption): Promise<Path | undefined> {
	const context = withoutSignal(hasty);
	const { store } = context.machine;
	const { companions, phase, service, since } = adoption;
	try {
		if (phase === "starting") {
			if (await isCaged(context, name, adoption)) await stopService(context, service, companions).catch(() => {});
			await removeDropin(context, name, adoption);
		}
		// Without a copy, the service has written to its own state only.
		const mayHaveWritten = phase === "starting" && adoption.places.length > 0;
		const kept = await store.adopting.restore(name, mayHaveWritten ? since : undefined);
		const silent = await startAgain(context, adoption);
		await endAdoption(context, name, adoption);
		if (silent) {
			context.emit({ event: "warned", code: "undone-unanswered", values: { ...silent.values, service, cause: silent.code } });
		}
		return kept;
	} catch (error) {
		throw new Failure("undo-failed", { service, name }, 1, error);
	}
}

/** Whether the service runs in its cage, or its next start does. An earlier undo may have moved it to the host already. */
async function isCaged(context: Context, name: string, adoption: Adoption): Promise<boolean> {
	if ((await installedDropin(context, name, adoption)) !== undefined) return true;
	return runsInside(context, name, (await context.machine.services.state(adoption.service)).mainPid);
}

/** Ends an adoption, which leaves the cage with its state where it was before. */
export async function endAdoption({ machine: { store } }: Context, name: string, adoption: Adoption): Promise<void> {
	const { inPlaceBefore: before } = adoption;
	const cage = before === undefined ? undefined : await store.cage(name);
	// An update may have added directories to the same kind of cage.
	if (cage && (cage.stateInPlace === undefined) !== (before === null)) {
		const { stateInPlace: _, ...rest } = cage;
		await store.saveCage(before ? { ...rest, stateInPlace: before } : rest);
	}
	await store.adopting.end(name);
}

/**
 * Starts the caged service on its own data and restores the host's state, however far the release came. If the service may have
 * written on the host, its data from there is kept and the path returned. Throws `undo-failed` (exit 1) if the service does not run
 * in its cage afterwards. Only warns if it runs there without an answer: the adoption goes on, so that a probe that no longer passes
 * anywhere cannot block the cage.
 */
export async function undoRelease(hasty: Context, name: string, adoption: Adoption): Promise<Path | undefined> {
	const context = withoutSignal(hasty);
	const { now, services, store } = context.machine;
	const { adopting } = store;
	const { companions, places, service } = adoption;
	let path: Path | undefined;
	try {
		const { active, mainPid } = await services.state(service);
		const isInside = active === "active" && (await runsInside(context, name, mainPid));
		if (!isInside) await stopService(context, service, companions).catch(() => {});
		await adopting.save(name, { ...adoption, phase: "returning" });
		for (const place of places.filter(isStaged)) await adopting.undoReturn(place);
		await writeDropin(context, name, adoption);
		await startAndProbe(context, { ...adoption, probes: [] });
		if (!(await runsInside(context, name, (await services.state(service)).mainPid))) {
			throw new Failure("service-outside", { service, name }, 1);
		}
		const kept = adopting.undonePath(name, new Date(now()).toISOString());
		const undone: { readonly place: AdoptedPlace; readonly hasKept: boolean }[] = [];
		for (const place of places) undone.push(isStaged(place) ? await adopting.endUndo(place, kept) : { place, hasKept: false });
		const { passingProbes: _, ...rest } = adoption;
		await adopting.save(name, { ...rest, phase: "adopted", places: undone.map(({ place }) => place) });
		if (undone.some(({ hasKept }) => hasKept)) path = kept;
	} catch (error) {
		throw new Failure("undo-failed", { service, name }, 1, error);
	}
	await warnUnlessAnswering(context, name, adoption);
	return path;
}

async function warnUnlessAnswering(context: Context, name: string, adoption: Adoption): Promise<void> {
	const { passingProbes, probes, service, timeout } = adoption;
	const answer = await probeService(context, service, passingProbes ?? probes, { seconds: Math.max(timeout, leastSeconds) });
	if (answer.answered) return;
	const probe = answer.probes.find(({ ok }) => !ok)?.command ?? "";
	context.emit({ event: "warned", code: "release-undone-silent", values: { service, name, probe: showProbe(probe) } });
}
