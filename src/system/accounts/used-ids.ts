import { readdirSync, readFileSync } from "node:fs";
import { type IdRange, subordinateRanges } from "../../core/machine/accounts.ts";

/** Ids of users and groups together, because an account gets one number for both. */
export interface UsedIds {
	readonly ids: ReadonlySet<number>;
	/** What containers may use. */
	readonly ranges: readonly IdRange[];
}

/** Ids that processes of this machine have, in any namespace and as seen from here, and those that containers may use. */
export function usedIds(): UsedIds {
	const ids = new Set<number>();
	const ranges = ["/etc/subuid", "/etc/subgid"].flatMap((path) => subordinateRanges(textOf(path)));
	const maps = new Set<string>();
	for (const pid of namesIn("/proc").filter((name) => /^\d+$/.test(name))) {
		// setresuid(2) of the kernel changes one thread alone.
		for (const task of namesIn(`/proc/${pid}/task`)) {
			for (const [line] of textOf(`/proc/${pid}/task/${task}/status`).matchAll(/^(Uid|Gid|Groups):.*$/gm)) {
				for (const [id] of line.matchAll(/\d+/g)) ids.add(Number(id));
			}
		}
		for (const kind of ["uid_map", "gid_map"]) maps.add(textOf(`/proc/${pid}/${kind}`));
	}
	for (const map of maps) ranges.push(...mappedRanges(map));
	return { ids, ranges };
}

/** user_namespaces(7): `inside outside count`. A map that begins at this system's own root covers every account and tells nothing. */
function mappedRanges(map: string): IdRange[] {
	return map.split("\n").flatMap((line) => {
		const [, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
		return outside > 0 && count > 0 ? [{ first: outside, last: outside + count - 1 }] : [];
	});
}

/** A process may end at any moment; a file that is not there says nothing. */
function textOf(path: string): string {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return "";
	}
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
