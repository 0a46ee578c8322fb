import { Failure } from "../../core/failure.ts";
import { isWithin, outermost, type Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { unlessDamaged } from "../cages.ts";
import type { Context } from "../context.ts";

/**
 * Throws `cage-runs-wider` (exit 4) if something runs in a generation that mounts a directory above one of `writable`. Building
 * would move that directory's state out of its reach.
 */
export async function requireNothingWider(
	{ machine: { launcher, store } }: Pick<Context, "machine">,
	name: string,
	writable: readonly Path[],
): Promise<void> {
	const roots = outermost(writable);
	for (const generation of await store.generations(name)) {
		const others = await rootsOf(store, name, generation);
		for (const above of others) {
			const path = roots.find((one) => one !== above && isWithin(one, above));
			const [pid] = path === undefined ? [] : launcher.running(store.root(name, generation)).processes;
			if (path !== undefined && pid !== undefined)
				throw new Failure("cage-runs-wider", { name, pid, above: showPath(above), path: showPath(path) }, 4);
		}
	}
}

async function rootsOf(store: Context["machine"]["store"], name: string, generation: number): Promise<Path[]> {
	const manifest = await unlessDamaged(store.manifest(name, generation));
	return outermost(manifest?.writable.map(({ path }) => path) ?? []);
}
