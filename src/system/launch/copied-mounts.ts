import { existsSync } from "node:fs";
import type { UnitInput } from "../../core/confinement/unit/input.ts";
import { join, outermost, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { CageLayout, Rehearsal } from "../../engine/ports.ts";
import { copyTree, type TreeCopy } from "../files/copy-tree.ts";
import { openData, withSource } from "../files/mount-source.ts";
import { openBind } from "./bind-sources.ts";

/** What the application may write, as copies that go with the rehearsal: systemd has no words for an overlay. */
export async function copiedMounts(cage: CageLayout, { folder }: Rehearsal): Promise<Pick<UnitInput, "data" | "binds">> {
	const shared = cage.binds.filter(({ access }) => access === "rw").map(({ path }) => pathFromText(path));
	const copied: { path: Path; source: Path }[] = [];
	const job: TreeCopy = { isRoot: true, reflinks: new Set(), skipped: [], unstable: [] };
	for (const [path, open] of [
		...outermost(cage.writable).map((path) => [path, () => openData(cage.data, path)] as const),
		...shared.map((path) => [path, () => openBind(path)] as const),
	]) {
		const source = join(folder, `data${copied.length}`);
		// A second start finds what the first one left.
		if (!existsSync(pathToBytes(source))) await withSource(open(), (from) => copyTree(job, from, source, path));
		copied.push({ path, source });
	}
	return { data: copied, binds: cage.binds.filter(({ access }) => access === "ro") };
}
