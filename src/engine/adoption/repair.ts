import type { Adoption } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import type { Context } from "../context.ts";
import { askService, runsInside } from "./asking.ts";
import { dropinThere, removeDropin } from "./dropin.ts";
import { finishRelease } from "./release.ts";
import { calm, startAndAsk, undoAdoption, undoRelease } from "./undo.ts";

export interface Repaired {
	readonly name: string;
	readonly service: string;
	/** Where the service is now, whole. */
	readonly where: "cage" | "host";
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
			const where = await repair(context, name, now);
			await store.log(name, "repaired", { service: now.service, phase: now.phase, where });
			repaired.push({ name, service: now.service, where });
		} finally {
			await lock.release();
		}
	}
	return repaired;
}

async function repair(context: Context, name: string, adoption: Adoption): Promise<Repaired["where"]> {
	const { services, store } = context.machine;
	switch (adoption.phase) {
		case "starting":
			if (await answersInside(context, name, adoption)) {
				await services.start(adoption.service, adoption.companions);
				await store.saveAdoption(name, { ...adoption, phase: "adopted" });
				return "cage";
			}
			await undoAdoption(context, name, adoption);
			return "host";
		case "returned":
			await removeDropin(context, name, adoption);
			await startAndAsk(context, adoption);
			await finishRelease(context, name, adoption);
			return "host";
		case "returning":
			await undoRelease(context, name, adoption);
			return "cage";
		default:
			await undoAdoption(context, name, adoption);
			return "host";
	}
}

async function answersInside(context: Context, name: string, adoption: Adoption): Promise<boolean> {
	const { probes, service, timeout } = adoption;
	// The kill may have come before the file.
	if ((await dropinThere(context, name, adoption)) === undefined) return false;
	const { answered, mainPid } = await askService(context, service, probes, timeout);
	return answered && (await runsInside(context, name, mainPid));
}
