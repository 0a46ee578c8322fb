import { type BigIntStats, lstatSync, readlinkSync } from "node:fs";
import { omitUndefined } from "../../base/collections.ts";
import { attempt } from "../../base/host/errors.ts";
import { deviceNumbers, kindOf, systemFiles } from "../../base/host/files.ts";
import { stampOf } from "../../base/host/hash.ts";
import { walk } from "../../base/host/walk.ts";
import { type Path, pathToBytes } from "../../base/path/path.ts";
import { accountFiles, type ObservedFile } from "../../check/audit.ts";
import type { ObservedState } from "../../check/tampering.ts";

/** Examines files for the audit. Follows and changes nothing, ignores what vanishes and reports what cannot be read. */

export type StampedFile = ObservedFile & ObservedState;

interface ObservedTree {
	readonly seen: readonly StampedFile[];
	/** Paths that could not be examined, and why (errno(3)). */
	readonly unseen: readonly { readonly path: Path; readonly error: string }[];
}

/** Everything at and below `top` on the host, named as if `top` were `shown`. Other file systems are listed but not entered. */
export function observeTree(top: Path, shown: Path, signal: AbortSignal | undefined): ObservedTree {
	const seen: StampedFile[] = [];
	const unseen: { path: Path; error: string }[] = [];
	const device = lstat(top)?.dev;
	for (const { error, host, path, stats } of walk(top, shown, ({ dev }) => dev === device)) {
		signal?.throwIfAborted();
		if (error !== undefined) {
			unseen.push({ path, error });
			continue;
		}
		const mounted = stats.isDirectory() && stats.dev !== device;
		seen.push({ ...describe(host, path, stats), ...(mounted && { mounted }) });
	}
	return { seen, unseen };
}

/** Longest path in bytes that other tools can name (PATH_MAX without the final NUL). */
const nameable = 4095;

/** An application's data, reduced to possible findings. `looked` counts all of it. */
interface ObservedData extends ObservedTree {
	readonly looked: number;
}

/**
 * Examines an application's data, whose number and depth the application chooses: at most `most` entries, of which only possible
 * findings are kept. `unseen` lists what is beyond, what is too deep to enter, and the first path that is too deep for getcap(8).
 */
export function observeData(top: Path, shown: Path, most: number, signal: AbortSignal | undefined): ObservedData {
	const seen: StampedFile[] = [];
	const unseen: { path: Path; error: string }[] = [];
	const device = lstat(top)?.dev;
	let isTooDeep = false;
	let looked = 0;
	for (const { error, host, path, stats } of walk(top, shown, ({ dev }) => dev === device)) {
		signal?.throwIfAborted();
		if (looked === most) {
			unseen.push({ path, error: "EFBIG" });
			break;
		}
		if (error !== undefined) {
			if (error !== "ENAMETOOLONG" || !isTooDeep) unseen.push({ path, error });
			isTooDeep ||= error === "ENAMETOOLONG";
			continue;
		}
		looked++;
		const isNode = stats.isCharacterDevice() || stats.isBlockDevice();
		if (isNode || (stats.isFile() && (Number(stats.mode) & 0o6000) !== 0)) seen.push(describe(host, path, stats));
		if (isTooDeep || top.length + 1 + path.length - shown.length <= nameable) continue;
		isTooDeep = true;
		unseen.push({ path, error: "ENAMETOOLONG" });
	}
	return { looked, seen, unseen };
}

export function observe(host: Path, path: Path): StampedFile | undefined {
	const stats = lstat(host);
	return stats && describe(host, path, stats);
}

function describe(host: Path, path: Path, stats: BigIntStats): StampedFile {
	const kind = kindOf(Number(stats.mode));
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
		...omitUndefined({ target, content }),
	};
}

function lstat(path: Path): BigIntStats | undefined {
	return attempt(() => lstatSync(pathToBytes(path), { throwIfNoEntry: false, bigint: true }));
}
