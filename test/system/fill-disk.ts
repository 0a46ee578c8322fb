import { statfsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Fills the file's disk, except for this many bytes. Another process may write at the same time. */
export function fillDisk(filler: string, but = 0): void {
	const { bavail, bsize } = statfsSync(dirname(filler));
	try {
		writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - Math.floor(but))));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
	}
}
