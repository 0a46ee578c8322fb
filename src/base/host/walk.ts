import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";
import { join, type Path, pathToBytes } from "../path/path.ts";
import { errorName } from "./errors.ts";

/** A file at or below a directory, or one that cannot be read. */
type WalkedFile = { readonly path: Path; readonly host: Path } & (
	| { readonly stats: BigIntStats; readonly error?: undefined }
	| { readonly error: string; readonly stats?: undefined }
);

/** Maximum levels below the top. Each level needs a descriptor, so deeper ones are not entered. */
const deepest = 500;

/**
 * Everything at and below `top` on the host, named as if `top` were `shown`, a directory before its content. Follows no link and
 * ignores what vanishes; other problems are yielded by their error (errno(3)).
 * Each directory is opened in the one before, so an application that swaps one for a link leads us nowhere, and names may have
 * any length. `host` is a path via that descriptor, valid while the entry is the current one.
 */
export function* walk(top: Path, shown: Path, enters: (stats: BigIntStats) => boolean = () => true): Generator<WalkedFile> {
	const descriptors: number[] = [];
	/** "close" after everything reached through the last descriptor. */
	const pending: ("close" | readonly [host: Path, path: Path])[] = [[top, shown]];
	try {
		for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
			if (next === "close") {
				closeSync(descriptors.pop() as number);
				continue;
			}
			const [host, path] = next;
			const stats = attempt(() => lstatSync(pathToBytes(host), { bigint: true }));
			if (stats === undefined) continue;
			if (typeof stats === "string") {
				yield { path, host, error: stats };
				continue;
			}
			yield { path, host, stats };
			if (!stats.isDirectory() || !enters(stats)) continue;
			if (descriptors.length === deepest) {
				yield { path, host, error: "ENAMETOOLONG" };
				continue;
			}
			const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
			const descriptor = attempt(() => openSync(pathToBytes(host), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
			if (typeof descriptor === "string") yield { path, host, error: descriptor };
			if (typeof descriptor !== "number") continue;
			descriptors.push(descriptor);
			pending.push("close");
			const from = `/proc/self/fd/${descriptor}` as Path;
			// "latin1" yields one character a byte, like a Path.
			const names = attempt(() => readdirSync(pathToBytes(from), { encoding: "latin1" }));
			if (typeof names === "string") yield { path, host, error: names };
			// The last one pushed comes first.
			else for (const name of (names ?? []).sort().reverse()) pending.push([join(from, name as Path), join(path, name as Path)]);
		}
	} finally {
		for (const descriptor of descriptors) closeSync(descriptor);
	}
}

/** Undefined for a missing file, the error's name for an unreadable one. */
function attempt<T>(look: () => T): T | string | undefined {
	try {
		return look();
	} catch (error) {
		const name = errorName(error);
		if (name === undefined) throw error;
		return name === "ENOENT" || name === "ENOTDIR" ? undefined : name;
	}
}
