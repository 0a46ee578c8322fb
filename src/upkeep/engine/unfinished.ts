import { type RepairResult, repairAdoption } from "../../adopt/engine/release.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { lockUnlessBusy } from "../../cage/engine/cages.ts";
import { idsOfOthers, type WithdrawnAccount, withdrawAccount } from "../../cage/engine/dedicated-account.ts";
import { revert } from "../../make/engine/switching.ts";
import { restartCage } from "../../unit/engine/restart.ts";
import type { GenerationSwitch } from "../ports.ts";
import { finishRemoval } from "./remove.ts";

/** Work of a killed command that this command finished. */
export type FinishedWork =
	| ({ readonly kind: "adoption" } & RepairResult)
	| ({ readonly kind: "import" } & WithdrawnAccount)
	| { readonly kind: "removal"; readonly name: string }
	| ({ readonly kind: "switching"; readonly name: string } & FinishedSwitch)
	/** Nothing was left to finish; the started work was discarded. */
	| { readonly kind: "leftovers"; readonly name: string };

interface FinishedWorkListener {
	done(finished: FinishedWork): void;
	failed(problem: Failure): void;
	warned(note: Note): void;
}

/**
 * Finishes or undoes the work of killed commands. Skips cages that another command has locked. Reports what cannot be finished
 * and continues with the next cage.
 */
export async function finishUnfinished(machine: Machine, { done, failed, warned }: FinishedWorkListener): Promise<void> {
	const emit: Context["emit"] = (event) => {
		if (event.event === "warned") warned(event);
	};
	const context: Context = { machine, emit, signal: new AbortController().signal };
	const { accounts, launcher, store } = machine;
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
		if (accounts.own()) return;
		for (const name of await store.names()) {
			await attempt(async () => {
				const repaired = await repairAdoption(context, name);
				if (repaired) done({ kind: "adoption", ...repaired });
			});
		}
	});
	await attempt(async () => {
		for (const problem of await launcher.clearAbandoned()) failed(problem);
	});
	await attempt(async () => {
		for (const { account, discard } of await store.archives.interrupted()) {
			await attempt(async () => {
				// Somebody may have made a cage with this account since.
				const isUsed = account.uid !== undefined && (await idsOfOthers(store)).has(account.uid);
				const withdrawn = isUsed ? undefined : await withdrawAccount(context, undefined, account);
				await discard();
				if (withdrawn) done({ kind: "import", ...withdrawn });
			});
		}
	});
	for (const name of await store.unfinished()) {
		await attempt(async () => {
			const finished = await finish(context, name);
			if (finished) done(finished);
		});
	}
}

async function finish(context: Context, name: string): Promise<FinishedWork | undefined> {
	const { store } = context.machine;
	await using lock = await lockUnlessBusy(store, name);
	if (lock === undefined) return undefined;
	const removal = await store.removing.begun(name);
	if (removal) {
		await finishRemoval(context, name, removal);
		return { kind: "removal", name };
	}
	const left = await store.upkeep.switching(name);
	const switched = left && (await finishSwitching(context, name, left));
	return switched ? { kind: "switching", name, ...switched } : { kind: "leftovers", name };
}

/** The result of an interrupted switch. */
interface FinishedSwitch {
	readonly generation: number;
	readonly restarted: readonly string[];
	/** Processes that still run in another generation. */
	readonly remaining: readonly number[];
	/** The new generation did not answer, so this is the previous one. */
	readonly wentBack: boolean;
}

/**
 * Restarts what the killed command would have restarted; if that does not answer, the previous generation returns. Returns
 * undefined if nothing was left to do. The caller holds the lock.
 */
async function finishSwitching(context: Context, name: string, left: GenerationSwitch): Promise<FinishedSwitch | undefined> {
	const { store } = context.machine;
	const { before, from } = left;
	try {
		const { remaining, restarted } = await restartCage(context, name);
		if (!restarted.length && !remaining.length) return undefined;
		return await logSwitch(context, name, { restarted, remaining, wentBack: false });
	} catch (error) {
		if (!(error instanceof Failure) || (await store.present(name)) === from) throw error;
		await revert(context, { cage: before, generation: from }, error);
		return await logSwitch(context, name, { restarted: [], remaining: [], wentBack: true });
	} finally {
		await store.upkeep.saveSwitching(name, undefined);
	}
}

async function logSwitch(
	{ machine: { store } }: Context,
	name: string,
	what: Omit<FinishedSwitch, "generation">,
): Promise<FinishedSwitch> {
	const switched = { generation: (await store.present(name)) ?? 0, ...what };
	await store.log(name, "switch-finished", switched);
	return switched;
}
