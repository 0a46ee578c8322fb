import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { accountFiles, type Observed } from "../../core/cage/audit.ts";
import type { ObservedState } from "../../core/cage/tampering.ts";
import type { FileKind } from "../../core/machine/facts.ts";
import { join, type Path, pathToBytes } from "../../core/path/path.ts";
import { deviceNumbers, systemFiles } from "./files.ts";
import { stampOf } from "./safe-copy.ts";

/** Looking at files for the audit: nothing is followed, nothing is changed, and what vanishes meanwhile is passed over. */

export type Seen = Observed & ObservedState;

/** Everything at and below `top` on the host, named as if `top` were `shown`. Another file system is named, not entered. */
export function observeTree(top: Path, shown: Path, signal: AbortSignal | undefined): Seen[] {
	const all: Seen[] = [];
	const device = lstat(top)?.dev;
	const pending: [host: Path, shown: Path][] = [[top, shown]];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		signal?.throwIfAborted();
		const [host, path] = next;
		const stats = lstat(host);
		if (stats === undefined) continue;
		const mounted = stats.isDirectory() && stats.dev !== device;
		all.push({ ...describe(host, path, stats), ...(mounted && { mounted }) });
		if (!stats.isDirectory() || mounted) continue;
		// "latin1" asks Node for one character a byte, which is what a Path is.
		for (const name of attempt(() => readdirSync(pathToBytes(host), { encoding: "latin1" })) ?? []) {
			pending.push([join(host, name as Path), join(path, name as Path)]);
		}
	}
	return all;
}

export function observe(host: Path, path: Path): Seen | undefined {
	const stats = lstat(host);
	return stats && describe(host, path, stats);
}

function describe(host: Path, path: Path, stats: BigIntStats): Seen {
	const kind = kindOf(stats);
	const target = kind === "symlink" ? attempt(() => readlinkSync(pathToBytes(host), { encoding: "latin1" }) as Path) : undefined;
	const content = kind === "file" && accountFiles.includes(path) ? systemFiles().read(host)?.toString("latin1") : undefined;
	return {
		path,
		kind,
		mode: Number(stats.mode) & 0o7777,
		uid: Number(stats.uid),
		gid: Number(stats.gid),
		links: Number(stats.nlink),
		stamp: stampOf(stats),
		...((kind === "character-device" || kind === "block-device") && { device: deviceNumbers(Number(stats.rdev)) }),
		...(target !== undefined && { target }),
		...(content !== undefined && { content }),
	};
}

function kindOf(stats: BigIntStats): FileKind {
	if (stats.isFile()) return "file";
	if (stats.isDirectory()) return "directory";
	if (stats.isSymbolicLink()) return "symlink";
	if (stats.isCharacterDevice()) return "character-device";
	if (stats.isBlockDevice()) return "block-device";
	return stats.isFIFO() ? "fifo" : "socket";
}

function lstat(path: Path): BigIntStats | undefined {
	return attempt(() => lstatSync(pathToBytes(path), { throwIfNoEntry: false, bigint: true }));
}

function attempt<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch {
		return undefined;
	}
}
