import { omitUndefined } from "../../base/collections.ts";
import { type Path, pathToBytes } from "../../base/path/path.ts";

export type ArchiveKind = "file" | "directory" | "symlink" | "hard-link" | "character-device" | "block-device" | "fifo";

/** An archive member with all values of its headers. */
export interface ArchiveEntry {
	/** Without a directory's trailing slash. */
	readonly path: Path;
	readonly kind: ArchiveKind;
	/** Permission bits with setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Bytes of a file, including holes. */
	readonly size: number;
	/** Bytes that the archive stores for it. */
	readonly stored: number;
	/** Offset of these bytes in the archive. */
	readonly at: number;
	/** Present if the file has holes. */
	readonly segments?: readonly Segment[];
	/** Target of a symbolic link, or the other name for a hard link. */
	readonly link?: Path;
	readonly device?: { readonly major: number; readonly minor: number };
}

/**
 * Reads the tar format as GNU tar writes it (POSIX pax and GNU's own) strictly: an invalid field means that the archive is
 * damaged. Libraries decode names as UTF-8 and keep extended headers of any size in memory; here names are bytes and every size
 * is bounded.
 */

export const blockBytes = 512;
/** The largest account number: chown(2) takes -1 as "no change" (credentials(7)). */
const mostId = 0xff_ff_ff_fe;
/** Seconds since 1970; file systems store no later time. */
const latest = 2 ** 40;

/** Describes what is invalid; the reader adds the position. */
export class TarProblem extends Error {}

export interface TarHeader {
	/** The format's type flag (`0` for a file, `5` for a directory, `x` for an extended header, …). */
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
	readonly device: { readonly major: number; readonly minor: number };
}

/** Returns undefined for a block of zeros, which ends an archive. Throws TarProblem. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
	if (block.every((byte) => byte === 0)) return undefined;
	let sum = 0;
	for (let at = 0; at < blockBytes; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
	if (number(block, 148, 8) !== sum) throw new TarProblem("checksum");
	const magic = block.toString("latin1", 257, 265);
	// GNU's own format has other fields at the position of POSIX's name prefix.
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

/** Parses octal digits or, if the first bit is set, a big-endian binary number. */
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

/** Fields of an extended header, which replace those of the next member's header. */
export interface PaxRecords {
	readonly path?: Path;
	readonly linkpath?: Path;
	readonly size?: number;
	readonly uid?: number;
	readonly gid?: number;
	/** Seconds since 1970. */
	readonly mtime?: number;
	/** Name and size (including holes) of a sparse file (GNU.sparse version 1.0). */
	readonly sparse?: { readonly name: Path; readonly size: number };
}

/** Irrelevant keys: owner names (numbers count), other times, and the encoding of names (they are bytes). */
const ignored = new Set(["atime", "ctime", "uname", "gname", "comment", "hdrcharset"]);
const known = new Set([
	"path",
	"linkpath",
	"size",
	"uid",
	"gid",
	"mtime",
	"GNU.sparse.major",
	"GNU.sparse.minor",
	"GNU.sparse.name",
	"GNU.sparse.realsize",
]);

/**
 * Parses records of the form `LENGTH KEY=VALUE\n`, where the length includes itself. Throws TarProblem, also for unknown keys,
 * because they may change how a member must be read.
 */
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
		...omitUndefined({ size, uid, gid, mtime, sparse }),
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

/** A part of a sparse file that has data. Bytes. */
interface Segment {
	readonly offset: number;
	readonly length: number;
}

/** Segments of one file; far more than file systems produce. */
const mostSegments = 1_000_000;

/**
 * Reads the map before a sparse file's content: the number of segments, then each one's offset and length, one decimal number a
 * line, padded to whole blocks. `read` returns the next block. Throws TarProblem.
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

/** What a tar archive stores about a file besides its content. */
export interface TarMember {
	/** Without a leading or trailing slash. */
	readonly path: Path;
	readonly kind: "file" | "directory" | "symlink";
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Whole seconds since 1970. */
	readonly mtime: number;
	/** Bytes; 0 unless it is a file. */
	readonly size: number;
	readonly target?: Path;
}

const types = { file: "0", directory: "5", symlink: "2" } as const;
/** The largest numbers that the header's octal fields hold. */
const largestId = 0o7777777;
const mostSize = 0o77777777777;

/**
 * Returns a member's headers in the pax format of POSIX. Equal members give equal bytes. GNU tar cannot do that for us: it takes owners
 * and modes from the disk.
 */
export function tarHeader(member: TarMember): Buffer {
	const path = pathToBytes(member.kind === "directory" ? (`${member.path}/` as Path) : member.path);
	const target = pathToBytes(member.target ?? ("" as Path));
	const { gid, size, uid } = member;
	const records = [
		...(path.length > 100 ? [record("path", path)] : []),
		...(target.length > 100 ? [record("linkpath", target)] : []),
		...(uid > largestId ? [record("uid", Buffer.from(String(uid)))] : []),
		...(gid > largestId ? [record("gid", Buffer.from(String(gid)))] : []),
		...(size > mostSize ? [record("size", Buffer.from(String(size)))] : []),
	];
	const own = header(member, path, target, types[member.kind]);
	if (!records.length) return own;
	const extended = Buffer.concat(records);
	const about = { ...member, mode: 0o644, uid: 0, gid: 0, size: extended.length };
	const before = header(about, Buffer.from("pax"), Buffer.alloc(0), "x");
	return Buffer.concat([before, extended, tarPadding(extended.length), own]);
}

/** Fills the last block of a file's content. */
export function tarPadding(size: number): Buffer {
	return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** Ends an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

/** `LENGTH KEY=VALUE\n`, where the length includes itself. */
function record(key: string, value: Buffer): Buffer {
	const rest = value.length + key.length + 3;
	const length = [1, 2, 3, 4, 5, 6].map((digits) => rest + digits).find((sum) => String(sum).length === sum - rest) ?? rest;
	return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from("\n")]);
}

function header({ gid, mode, mtime, size, uid }: TarMember, path: Buffer, target: Buffer, type: string): Buffer {
	const block = Buffer.alloc(blockBytes);
	const number = (value: number, most: number, at: number, digits: number) =>
		block.write(`${(value > most ? 0 : value).toString(8).padStart(digits, "0")}\0`, at, "latin1");
	path.copy(block, 0, 0, 100);
	number(mode, 0o7777, 100, 7);
	number(uid, largestId, 108, 7);
	number(gid, largestId, 116, 7);
	number(size, mostSize, 124, 11);
	number(mtime, mostSize, 136, 11);
	block.write(" ".repeat(8), 148, "latin1");
	block.write(type, 156, "latin1");
	target.copy(block, 157, 0, 100);
	block.write("ustar\x0000", 257, "latin1");
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return block;
}
