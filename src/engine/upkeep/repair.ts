import { Failure } from "../../core/failure.ts";
import type { Repaired } from "../adopt/release.ts";
import { type Context, withoutSignal } from "../context.ts";
import type { Store } from "../store.ts";
import type { FinishedCage } from "./finish.ts";

/** Work of a killed command that this command finished. */
export type Finished = ({ readonly kind: "adoption" } & Repaired) | FinishedCage;

/**
 * Finishes or undoes the work of killed commands. Skips cages that another command has locked. Reports what cannot be finished
 * and continues. Every command calls it, so the code for unfinished work is loaded only if there is some.
 */
export async function finishUnfinished(
	hasty: Context,
	done: (finished: Finished) => void,
	failed: (problem: Failure) => void,
): Promise<void> {
	const context = withoutSignal(hasty);
	const { accounts, launcher, store } = context.machine;
	const attempt = async (work: () => Promise<void>) => {
		try {
			await work();
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			failed(error);
		}
	};
	await attempt(async () => {
		// Only root moves system services.
		if (accounts.own() || !(await isHalfAdopted(store))) return;
		const { repairAdoptions } = await import("./finish.ts");
		for (const repaired of await repairAdoptions(context)) done({ kind: "adoption", ...repaired });
	});
	await attempt(async () => {
		for (const problem of await launcher.clearAbandoned()) failed(problem);
	});
	for (const name of await store.unfinished()) {
		await attempt(async () => {
			const { finish } = await import("./finish.ts");
			const finished = await finish(context, name);
			if (finished) done(finished);
		});
	}
}

/** Whether the adoption or release of any cage's service was interrupted. */
async function isHalfAdopted(store: Store): Promise<boolean> {
	for (const name of await store.names()) {
		const adoption = await store.adoption(name);
		if (adoption !== undefined && adoption.phase !== "adopted") return true;
	}
	return false;
}
