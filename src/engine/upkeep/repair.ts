import { Failure } from "../../core/failure.ts";
import { type Repaired, repairAdoptions } from "../adopt/repair.ts";
import { calm } from "../adopt/undo.ts";
import type { Context } from "../context.ts";
import type { Lock } from "../store.ts";
import { finishSwitching, type Switched } from "./finish-switching.ts";
import { finishRemoval } from "./remove.ts";

/** What a killed command left, brought to its end by the next one. */
export type Finished =
	| ({ readonly kind: "adoption" } & Repaired)
	| { readonly kind: "removal"; readonly name: string }
	| ({ readonly kind: "switching"; readonly name: string } & Switched)
	/** Nothing was left to finish: what it had begun is gone. */
	| { readonly kind: "leftovers"; readonly name: string };

/** Cages that somebody works on are left to them. What cannot be finished is told, and does not stop the rest. */
export async function finishUnfinished(
	hasty: Context,
	done: (finished: Finished) => void,
	failed: (problem: Failure) => void,
): Promise<void> {
	const context = calm(hasty);
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
		// Nobody but root moves services of the system.
		if (accounts.own()) return;
		for (const repaired of await repairAdoptions(context)) done({ kind: "adoption", ...repaired });
	});
	await attempt(async () => {
		for (const problem of await launcher.clearAbandoned()) failed(problem);
	});
	for (const name of await store.unfinished()) {
		await attempt(async () => {
			const finished = await finish(context, name);
			if (finished) done(finished);
		});
	}
}

async function finish(context: Context, name: string): Promise<Finished | undefined> {
	const { store } = context.machine;
	let lock: Lock;
	try {
		lock = await store.lock(name);
	} catch (error) {
		if (error instanceof Failure && error.code === "cage-busy") return undefined;
		throw error;
	}
	try {
		const removal = await store.removing.begun(name);
		if (removal) {
			await finishRemoval(context, name, removal);
			return { kind: "removal", name };
		}
		const left = await store.upkeep.switching(name);
		const switched = left && (await finishSwitching(context, name, left));
		return switched ? { kind: "switching", name, ...switched } : { kind: "leftovers", name };
	} finally {
		await lock.release();
	}
}
