import type { Adoption } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
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
