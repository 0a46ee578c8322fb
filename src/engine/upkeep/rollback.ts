import { type Cage, withoutRequest, withoutRestored } from "../../core/cage/cage.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { makePresent, switching } from "../build/switching.ts";
import { layoutOf, type PresentCage, presentGeneration, requireNothingWider } from "../cages.ts";
import type { Context } from "../context.ts";
import { type Restarted, restartCage } from "../run/restart.ts";
import { auditGeneration } from "./audit.ts";
import { publishWithRotation } from "./log-rotation.ts";

export async function restartIf(context: Context, name: string, isWanted: boolean): Promise<Restarted> {
	return isWanted ? restartCage(context, name) : { restarted: [], remaining: [], interrupted: 0 };
}

/** The same. If something does not answer then, the cage returns to `generation`, and `code` is thrown (exit 1). */
export async function restartOrRevert(
	context: Context,
	{ cage, generation }: Pick<PresentCage, "cage" | "generation">,
	isWanted: boolean,
	code: string,
): Promise<Restarted> {
	const { name } = cage;
	try {
		return await restartIf(context, name, isWanted);
	} catch (error) {
		await revert(context, name, generation, cage, error);
		throw context.signal.aborted ? error : new Failure(code, { name, generation }, 1, error);
	}
}

/** Returns to a generation and its description and restarts what runs in it. Ignores the abort signal. */
export async function revert(hasty: Context, name: string, generation: number, cage: Cage, error: unknown): Promise<void> {
	const context = { ...hasty, signal: new AbortController().signal };
	const { store } = context.machine;
	await publishWithRotation(context, cage, generation, () => store.building.publish(name, generation));
	await store.saveCage(cage);
	await store.log(name, "update-undone", { generation, problem: error instanceof Failure ? error.code : String(error) });
	await restartCage(context, name).catch((second: unknown) => {
		if (!(second instanceof Failure)) throw second;
		context.emit({ event: "warned", code: "undone-silent", values: { ...second.values, name, cause: second.code } });
	});
}

/**
 * Publishes an older generation (by default the previous one) after an audit and restarts what runs. The data stays. Throws
 * `nothing-before` (exit 1) or `no-such-generation` (exit 2).
 */
export async function rollbackCage(
	context: Context,
	name: string,
	options: { readonly to?: number; readonly restart: boolean },
): Promise<{ readonly from: number; readonly to: number; readonly restarted: Restarted }> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	// Does not read the present manifest, so that a rollback works if it is damaged.
	const present = await presentGeneration(context, name);
	const { cage, generation: from } = present;
	const to = await rollbackTarget(context, name, from, options.to);
	const manifest = await requireSound(context, cage, to);
	await requireNothingWider(
		context,
		name,
		manifest.writable.map(({ path }) => path),
	);
	return await switching(context, present, options.restart, async () => {
		// Files that return must not be removed again by the next update.
		const returned = withoutRequest(withoutRestored(cage, new Set(manifest.entries.map(({ path }) => path))));
		await makePresent(context, returned, to, { note: () => store.log(name, "rolled-back", { from, generation: to }) });
		return { from, to, restarted: await restartOrRevert(context, present, options.restart, "rollback-undone") };
	});
}

/** The generation that a rollback would return to. */
export async function rollbackTarget({ machine }: Context, name: string, from: number, asked?: number): Promise<number> {
	const others = (await machine.store.generations(name)).filter((one) => one !== from);
	if (asked !== undefined) {
		if (!others.includes(asked)) throw new Failure("no-such-generation", { name, generation: asked }, 2);
		return asked;
	}
	const before = others.filter((one) => one < from).at(-1);
	if (before === undefined) throw new Failure("nothing-before", { name, generation: from }, 1);
	return before;
}

async function requireSound(context: Context, cage: Cage, generation: number): Promise<Manifest> {
	const { machine } = context;
	const manifest = await machine.store.manifest(cage.name, generation);
	if (!manifest) throw new Failure("no-such-generation", { name: cage.name, generation }, 2);
	await machine.store.building.bringBackState(manifest);
	await auditGeneration(context, manifest, layoutOf(machine.store, manifest), { accepted: cage.accepted ?? [] });
	return manifest;
}
