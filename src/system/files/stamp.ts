import type { BigIntStats } from "node:fs";
import type { Stamp } from "../../core/cage/manifest.ts";

/** What stat(2) tells of a file: as long as that is the same, nobody touched it. */
export function stampOf(stats: BigIntStats): Stamp {
	return {
		device: String(stats.dev),
		inode: String(stats.ino),
		size: String(stats.size),
		modified: String(stats.mtimeNs),
		changed: String(stats.ctimeNs),
	};
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
	return (
		a.device === b.device && a.inode === b.inode && a.size === b.size && a.modified === b.modified && a.changed === b.changed
	);
}
