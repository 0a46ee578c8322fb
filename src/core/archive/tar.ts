import type { Path } from "../path/path.ts";

export type ArchiveKind = "file" | "directory" | "symlink" | "hard-link" | "character-device" | "block-device" | "fifo";

/** One name of an archive with everything that its headers say of it. */
export interface ArchiveEntry {
	/** Name in the archive, without the slash at a directory's end. */
	readonly path: Path;
	readonly kind: ArchiveKind;
	/** Permission bits with setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Bytes of a file, with its holes. */
	readonly size: number;
	/** Bytes that the archive holds of it. */
	readonly stored: number;
	/** Offset of these bytes in the archive. */
	readonly at: number;
	/** Present if the file has holes. */
	readonly segments?: readonly Segment[];
	/** Target of a symbolic link, or the other name of a hard link. */
	readonly link?: Path;
	/** Numbers of a device. */
	readonly device?: { readonly major: number; readonly minor: number };
}

/**
 * The tar format as GNU tar writes it (POSIX pax and GNU's own), read strictly: a field that is not as the format has it makes the archive damaged. Libraries
 * decode names as UTF-8 and keep extended headers of any size in memory; names here are bytes, and everything is bounded.
 */

export const blockBytes = 512;
/** The largest number of an account: -1 of 32 bits means to chown(2) that the owner stays (credentials(7)). */
const mostId = 0xff_ff_ff_fe;
/** Seconds since 1970, far in the future: file systems hold no more. */
const latest = 2 ** 40;

/** Why bytes are not the format; the reader adds where. */
export class TarProblem extends Error {}

export interface TarHeader {
	/** The type flag as the format has it (`0` for a file, `5` for a directory, `x` for an extended header, …). */
	readonly type: string;
	readonly name: Path;
	readonly link: Path;
	/** Permission bits with setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Bytes that follow the header, without padding. */
	readonly size: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Numbers of a device node. */
	readonly device: { readonly major: number; readonly minor: number };
}

/** Undefined for a block of zeros, which ends an archive. Throws TarProblem. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
	if (block.every((byte) => byte === 0)) return undefined;
	let sum = 0;
	for (let at = 0; at < blockBytes; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
	if (number(block, 148, 8) !== sum) throw new TarProblem("checksum");
	const magic = block.toString("latin1", 257, 265);
	// GNU's own format keeps other fields where POSIX has the beginning of a long name.
	if (magic !== "ustar\x0000" && magic !== "ustar  \0") throw new TarProblem("magic");
	const prefix = magic === "ustar\x0000" ? text(block, 345, 155) : "";
	const name = text(block, 0, 100);
	const [uid, gid, mtime] = [number(block, 108, 8), number(block, 116, 8), number(block, 136, 12)];
	if (uid > mostId || gid > mostId || mtime > latest) throw new TarProblem("number");
	return {
		type: block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0),
		name: (prefix === "" ? name : `${prefix}/${name}`) as Path,
		link: text(block, 157, 100) as Path,
		mode: number(block, 100, 8) & 0o7777,
		uid,
		gid,
		size: number(block, 124, 12),
		mtime,
		device: { major: number(block, 329, 8), minor: number(block, 337, 8) },
	};
}

function text(block: Buffer, start: number, length: number): string {
	const field = block.toString("latin1", start, start + length);
	const end = field.indexOf("\0");
	return end < 0 ? field : field.slice(0, end);
}

/** Octal digits, or where the first bit is set a binary number with the highest byte first. */
function number(block: Buffer, start: number, length: number): number {
	if ((block[start] ?? 0) & 0x80) {
		let value = (block[start] ?? 0) & 0x7f;
		for (let at = start + 1; at < start + length; at++) {
			value = value * 256 + (block[at] ?? 0);
			if (!Number.isSafeInteger(value)) throw new TarProblem("number");
		}
		return value;
	}
	const digits = /^ *([0-7]*)[ \0]*$/.exec(block.toString("latin1", start, start + length));
	if (!digits) throw new TarProblem("number");
	return digits[1] === "" ? 0 : Number.parseInt(digits[1] ?? "", 8);
}

/** Fields of an extended header. They replace those of the next entry's own header. */
export interface PaxRecords {
	readonly path?: Path;
	readonly linkpath?: Path;
	readonly size?: number;
	readonly uid?: number;
	readonly gid?: number;
	/** Seconds since 1970. */
	readonly mtime?: number;
	/** A file with holes (GNU.sparse, version 1.0): its name and its size with the holes. */
	readonly sparse?: { readonly name: Path; readonly size: number };
}

/** Nothing here follows from these: names of owners (numbers count), other times, and how names are encoded (they are bytes). */
const ignored = new Set(["atime", "ctime", "uname", "gname", "comment", "hdrcharset"]);
const known = new Set([
	...["path", "linkpath", "size", "uid", "gid", "mtime"],
	...["GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize"],
]);

/** Records are `LENGTH KEY=VALUE\n`, where the length counts itself. Throws TarProblem, also for keys that change an entry in ways that are not known here. */
export function readPaxRecords(bytes: Buffer): PaxRecords {
	const records = new Map<string, string>();
	for (let at = 0; at < bytes.length; ) {
		const length = /^(\d{1,8}) /.exec(bytes.toString("latin1", at, at + 9))?.[1];
		const end = at + Number(length);
		if (length === undefined || end > bytes.length || bytes[end - 1] !== 0x0a) throw new TarProblem("pax record");
		const record = bytes.toString("latin1", at + length.length + 1, end - 1);
		const equals = record.indexOf("=");
		const key = record.slice(0, equals);
		if (equals <= 0 || records.has(key)) throw new TarProblem("pax record");
		if (known.has(key)) records.set(key, record.slice(equals + 1));
		else if (!ignored.has(key)) throw new TarProblem(`pax ${key.slice(0, 40)}`);
		at = end;
	}
	const whole = (key: string) => readWhole(records.get(key));
	const [size, uid, gid] = [whole("size"), whole("uid"), whole("gid")];
	if ((uid ?? 0) > mostId || (gid ?? 0) > mostId) throw new TarProblem("number");
	const mtime = readTime(records.get("mtime"));
	const [path, linkpath] = [records.get("path"), records.get("linkpath")];
	const sparse = readSparse(records);
	return {
		...(path === undefined ? {} : { path: path as Path }),
		...(linkpath === undefined ? {} : { linkpath: linkpath as Path }),
		...(size === undefined ? {} : { size }),
		...(uid === undefined ? {} : { uid }),
		...(gid === undefined ? {} : { gid }),
		...(mtime === undefined ? {} : { mtime }),
		...(sparse === undefined ? {} : { sparse }),
	};
}

function readWhole(value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
	if (!Number.isSafeInteger(number)) throw new TarProblem("number");
	return number;
}

function readTime(value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	if (!/^-?\d{1,12}(\.\d{1,20})?$/.test(value)) throw new TarProblem("time");
	const time = Number(value);
	if (Math.abs(time) > latest) throw new TarProblem("time");
	return time;
}

function readSparse(records: ReadonlyMap<string, string>): PaxRecords["sparse"] {
	if (![...records.keys()].some((key) => key.startsWith("GNU.sparse."))) return undefined;
	const name = records.get("GNU.sparse.name");
	const size = readWhole(records.get("GNU.sparse.realsize"));
	const isKnown = records.get("GNU.sparse.major") === "1" && records.get("GNU.sparse.minor") === "0";
	if (!isKnown || name === undefined || size === undefined) throw new TarProblem("GNU.sparse");
	return { name: name as Path, size };
}

/** A part of a file that is no hole. Bytes. */
interface Segment {
	readonly offset: number;
	readonly length: number;
}

/** Segments of one file; far above what file systems make of real ones. */
const mostSegments = 1_000_000;

/**
 * The map in front of a sparse file's content: how many segments, then offset and length of each, a decimal number a line, filled up to whole blocks.
 * `read` gives the next block. Throws TarProblem.
 */
export async function readSparseMap(
	read: () => Promise<Buffer>,
	fileSize: number,
): Promise<{ readonly segments: readonly Segment[]; readonly blocks: number }> {
	let [blocks, rest] = [0, ""];
	const next = async () => {
		while (!rest.includes("\n")) {
			if (rest.length > 20) throw new TarProblem("GNU.sparse");
			rest += (await read()).toString("latin1");
			blocks++;
		}
		const end = rest.indexOf("\n");
		const value = readWhole(rest.slice(0, end)) ?? 0;
		rest = rest.slice(end + 1);
		return value;
	};
	const count = await next();
	if (count > mostSegments) throw new TarProblem("GNU.sparse");
	const segments: Segment[] = [];
	let last = 0;
	for (let index = 0; index < count; index++) {
		const offset = await next();
		const length = await next();
		if (offset < last || offset + length > fileSize) throw new TarProblem("GNU.sparse");
		last = offset + length;
		if (length > 0) segments.push({ offset, length });
	}
	return { segments, blocks };
}
