import type { PackageDrift } from "../../core/cage/drift.ts";
import { Failure } from "../../core/failure.ts";
import { isDamage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { hostDrift } from "./drift.ts";

export interface StaleCage {
	readonly name: string;
	readonly drift: readonly PackageDrift[];
}

/**
 * Cages whose files the host has in another version by now: quick, for after an upgrade, by stat(2) and nothing else. With `mark` each is marked, or
 * its mark taken away; one that another command works on is left to that.
 */
export async function staleCages(context: Context, mark: boolean): Promise<StaleCage[]> {
	const { store } = context.machine;
	const stale: StaleCage[] = [];
	for (const name of await store.names()) {
		try {
			const { manifest } = await presentCage(context, name);
			const drift = await hostDrift(context, manifest, false);
			if (drift.length) stale.push({ name, drift });
			if (mark) await remark(context, name, drift);
		} catch (error) {
			const isPassedOver = error instanceof Failure && passedOver.includes(error.code);
			if (!isPassedOver && !isDamage(error)) throw error;
		}
	}
	return stale;
}

const passedOver: readonly string[] = ["cage-not-built", "cage-busy"];

async function remark({ machine: { now, store } }: Context, name: string, drift: readonly PackageDrift[]): Promise<void> {
	const lock = await store.lock(name);
	try {
		const packages = [...new Set(drift.flatMap((one) => one.package ?? []))];
		const mark = { since: new Date(now()).toISOString(), packages, security: drift.some((one) => one.security) };
		await store.upkeep.markStale(name, drift.length ? mark : undefined);
	} finally {
		await lock.release();
	}
}
