import { Failure } from "../../core/failure.ts";
import { startAndAsk } from "../adopt/undo.ts";
import { presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { restartCage } from "../run/restart.ts";
import type { Switching } from "../store.ts";
import { goBack } from "./rollback.ts";

/** What became of a switch that was cut off. */
export interface Switched {
	readonly generation: number;
	readonly restarted: readonly string[];
	/** Processes that still run in another generation. */
	readonly remaining: readonly number[];
	/** It did not answer in the new generation: this is the one before. */
	readonly wentBack: boolean;
}

/**
 * Restarts what the killed command would have restarted; where that does not answer, the generation before comes back. The caller holds the lock.
 * undefined where nothing was left to do.
 */
export async function finishSwitching(context: Context, name: string, left: Switching): Promise<Switched | undefined> {
	const { store } = context.machine;
	const { before, from, stopped } = left;
	try {
		const started = stopped && context.machine.services.running() ? await startStopped(context, name, stopped) : [];
		const { remaining, restarted } = await restartCage(context, name);
		if (!started.length && !restarted.length && !remaining.length) return undefined;
		return await told(context, name, { restarted: [...started, ...restarted], remaining, wentBack: false });
	} catch (error) {
		if (!(error instanceof Failure) || (await store.present(name)) === from) throw error;
		await goBack(context, name, from, before, error);
		return await told(context, name, { restarted: [], remaining: [], wentBack: true });
	} finally {
		await store.upkeep.saveSwitching(name, undefined);
	}
}

async function startStopped(
	context: Context,
	name: string,
	{ companions, service }: NonNullable<Switching["stopped"]>,
): Promise<string[]> {
	const { services, store } = context.machine;
	if ((await services.state(service)).active === "active") return [];
	const { application } = (await presentCage(context, name)).cage;
	const probes = (await store.adoption(name))?.probes ?? application.probes;
	await startAndAsk(context, { service, companions, probes, timeout: application.timeout });
	return [service];
}

async function told({ machine: { store } }: Context, name: string, what: Omit<Switched, "generation">): Promise<Switched> {
	const switched = { generation: (await store.present(name)) ?? 0, ...what };
	await store.log(name, "switch-finished", switched);
	return switched;
}
