import type { Path } from "../path/path.ts";
import { pathToBytes } from "../path/path.ts";
import { blockBytes } from "./tar.ts";

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
const mostId = 0o7777777;
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
		...(uid > mostId ? [record("uid", Buffer.from(String(uid)))] : []),
		...(gid > mostId ? [record("gid", Buffer.from(String(gid)))] : []),
		...(size > mostSize ? [record("size", Buffer.from(String(size)))] : []),
	];
	const own = header(member, path, target, types[member.kind], size);
	if (!records.length) return own;
	const extended = Buffer.concat(records);
	const before = header({ ...member, mode: 0o644, uid: 0, gid: 0 }, Buffer.from("pax"), Buffer.alloc(0), "x", extended.length);
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

function header({ gid, mode, mtime, uid }: TarMember, path: Buffer, target: Buffer, type: string, size: number): Buffer {
	const block = Buffer.alloc(blockBytes);
	const number = (value: number, most: number, at: number, digits: number) =>
		block.write(`${(value > most ? 0 : value).toString(8).padStart(digits, "0")}\0`, at, "latin1");
	path.copy(block, 0, 0, 100);
	number(mode, 0o7777, 100, 7);
	number(uid, mostId, 108, 7);
	number(gid, mostId, 116, 7);
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
