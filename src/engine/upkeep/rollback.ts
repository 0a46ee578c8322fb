import { type Cage, withoutRequest, withoutRestored } from "../../core/cage/cage.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { makePresent, restartOrRevert, switching } from "../build/switching.ts";
import { layoutOf, presentGeneration, requireNothingWider } from "../cages.ts";
import type { Context } from "../context.ts";
import type { RestartResult } from "../run/restart.ts";
import { auditGeneration } from "./audit.ts";

/**
 * Publishes an older generation (by default the previous one) after an audit and restarts what runs. The data stays. Throws
 * `nothing-before` (exit 1) or `no-such-generation` (exit 2).
 */
export async function rollbackCage(
	context: Context,
	name: string,
	options: { readonly to?: number; readonly restart: boolean },
): Promise<{ readonly from: number; readonly to: number; readonly restarted: RestartResult }> {
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
	await auditGeneration(context, manifest, layoutOf(machine.store, manifest, cage), { accepted: cage.accepted ?? [] });
	return manifest;
}
