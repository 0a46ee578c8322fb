import { type Path, pathFromBytes } from "../path/path.ts";

const newMagic = "glibc-ld.so.cache1.1";
const oldMagic = "ld.so-1.7.0";
const maxEntries = 200_000;
const maxString = 4096;
const headerBytes = 48;
const entryBytes = 24;

/**
 * /etc/ld.so.cache as ldconfig(8) of glibc >= 2.2 writes it: for each library name the paths under which it was found, in the order in which the
 * loader considers them. The layout is glibc's sysdeps/generic/dl-cache.h. undefined where the file is something else; entries that point
 * outside are skipped.
 */
export function parseLoaderCache(file: Buffer): Map<string, Path[]> | undefined {
	const start = newCacheStart(file);
	if (start === undefined) return undefined;
	const cache = file.subarray(start);
	if (cache.length < headerBytes) return undefined;
	// The flags say 2 for little and 3 for big endian; files of before 2.33 say nothing, and were written by the machine that reads them.
	const bigEndian = ((cache[28] ?? 0) & 3) === 3;
	const word = (at: number) => (bigEndian ? cache.readUInt32BE(at) : cache.readUInt32LE(at));
	const text = (at: number) => {
		const bytes = cache.subarray(at, at + maxString);
		const end = bytes.indexOf(0);
		return end < 0 ? undefined : pathFromBytes(bytes.subarray(0, end));
	};
	const found = new Map<string, Path[]>();
	const count = Math.min(word(20), maxEntries);
	for (let index = 0; index < count; index++) {
		const at = headerBytes + index * entryBytes;
		if (at + entryBytes > cache.length) break;
		const name = text(word(at + 4));
		const path = text(word(at + 8));
		if (name === undefined || path === undefined || !path.startsWith("/")) continue;
		const paths = found.get(name);
		if (paths === undefined) found.set(name, [path]);
		else paths.push(path);
	}
	return found;
}

/** The new format may follow a table in the old one, aligned to 8 bytes. */
function newCacheStart(file: Buffer): number | undefined {
	const hasNew = (at: number) => file.toString("latin1", at, at + newMagic.length) === newMagic;
	if (hasNew(0)) return 0;
	if (file.length < 16 || file.toString("latin1", 0, oldMagic.length) !== oldMagic) return undefined;
	for (const count of [file.readUInt32LE(12), file.readUInt32BE(12)]) {
		const at = Math.ceil((16 + count * 12) / 8) * 8;
		if (at < file.length && hasNew(at)) return at;
	}
	return undefined;
}
