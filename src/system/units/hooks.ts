import { readdir } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { hookFolders, mentionsCage } from "../../core/upkeep/hooks.ts";
import { openForReading } from "../files/descriptor.ts";
import { readInstalled } from "./installed.ts";

const mostBytes = 1 << 20;

/** Files beside a cage in the folders of the host's own programs; `inTree` leads to the system that they are of. */
export async function hooksFor(inTree: (place: Path) => Path, cage: string): Promise<{ hooks: Path[]; mentions: Path[] }> {
	const hooks: Path[] = [];
	const mentions: Path[] = [];
	for (const folder of hookFolders) {
		const names = await readdir(pathToBytes(inTree(folder)), { encoding: "buffer" }).catch(() => []);
		for (const name of names.map(pathFromBytes).sort()) {
			const place = join(folder, name);
			const installed = await readInstalled(inTree(place)).catch(() => undefined);
			if (installed?.kind === "ours" && !installed.changed) {
				if (installed.cage === cage) hooks.push(place);
			} else if (mentionsCage(await textOf(inTree(place)), cage)) mentions.push(place);
		}
	}
	return { hooks, mentions };
}

async function textOf(place: Path): Promise<string> {
	try {
		const file = await openForReading(place);
		try {
			const status = await file.stat();
			return status.isFile() && status.size <= mostBytes ? await file.readFile("utf8") : "";
		} finally {
			await file.close();
		}
	} catch {
		return "";
	}
}
