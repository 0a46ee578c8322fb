import { join, type Path } from "../../core/path/path.ts";
import type { CageContent, Removal, Removing } from "../../engine/store.ts";
import { discard } from "../files/generations.ts";
import { refuseMounts } from "../files/mounts.ts";
import { removeTree } from "../files/remove.ts";
import { allocatedBytes } from "../files/survey.ts";
import { cagePaths, list, staysWithData } from "./cages.ts";
import { madeAccountName } from "./made-account.ts";
import { readRemoval, removalName, writeRemoval } from "./unfinished.ts";

/** Removes a cage's folder in steps that the next command can continue. The holder removes the lock last. */

export function removing(state: Path): Removing {
	const directory = (name: string) => cagePaths(state, name).directory;
	return {
		contents: (name) => cageContents(state, name),
		begin: (name, removal) => beginRemoval(directory(name), removal),
		begun: (name) => readRemoval(directory(name)),
		removeContents: (name, removal) => removeContents(directory(name), removal),
		end: (name, removal) => endRemoval(directory(name), removal),
	};
}

async function cageContents(state: Path, name: string): Promise<CageContent[]> {
	const { directory } = cagePaths(state, name);
	const entries = (await list(directory)).filter((entry) => entry !== "lock" && !entry.startsWith(".")).sort();
	return entries.map((entry) => {
		const path = join(directory, entry);
		return { path, bytes: allocatedBytes(path), isData: staysWithData(entry) };
	});
}

/** Deletes the description first, because nothing may start in a partially removed cage. */
export async function beginRemoval(cage: Path, removal: Removal): Promise<void> {
	await refuseMounts(cage);
	await writeRemoval(cage, removal);
	await removeTree(join(cage, "cage.json" as Path));
}

export async function removeContents(cage: Path, { keepData }: Removal): Promise<void> {
	await refuseMounts(cage);
	for (const entry of await list(cage)) {
		const stays = keepData ? staysWithData(entry) : ["lock", madeAccountName].includes(entry);
		if (!stays && entry !== removalName) await discard(join(cage, entry));
	}
}

export async function endRemoval(cage: Path, { keepData }: Removal): Promise<void> {
	if (!keepData) await removeTree(join(cage, madeAccountName));
	await removeTree(join(cage, removalName));
}
