import { existsSync, lstatSync, readdirSync } from "node:fs";
import type { UnitInput } from "../../core/confinement/unit/input.ts";
import { join, outermost, type Path, pathFromBytes, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { CageLayout, Rehearsal } from "../../engine/launch-ports.ts";
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

/** Whether these copies would hold no more bytes than that. What cannot be looked at counts nothing. */
export function fits(cage: CageLayout, bytes: number): boolean {
	const shared = cage.binds.filter(({ access }) => access === "rw").map(({ path }) => pathFromText(path));
	const open = [...outermost(cage.writable).map((path) => join(cage.data, path.slice(1))), ...shared];
	let left = bytes;
	for (let place = open.pop(); place !== undefined && left >= 0; place = open.pop()) {
		const stats = lstatSync(pathToBytes(place), { throwIfNoEntry: false });
		if (stats?.isDirectory()) open.push(...namesIn(place).map((name) => join(place as Path, name)));
		else if (stats?.isFile()) left -= stats.blocks * 512;
	}
	return left >= 0;
}

function namesIn(directory: Path): Path[] {
	try {
		return readdirSync(pathToBytes(directory), { encoding: "buffer" }).map(pathFromBytes);
	} catch {
		return [];
	}
}
