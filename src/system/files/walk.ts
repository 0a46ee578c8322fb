import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";
import { join, type Path, pathToBytes } from "../../core/path/path.ts";
import { errorName } from "./errors.ts";

/** Something at or below a directory, or what could not be looked at. */
export type Walked = { readonly path: Path; readonly host: Path } & (
	| { readonly stats: BigIntStats; readonly error?: undefined }
	| { readonly error: string; readonly stats?: undefined }
);

/** Bytes of a path that are given to a system call; a name (255) and the way to a descriptor have to fit behind it (PATH_MAX: 4096). */
const longest = 2000;
/** Bytes of a name from the top on. What is deeper is not entered, so that one tree takes neither all descriptors nor hours: each level's name has all above it. */
const deepest = 64 * 1024;

/**
 * Everything at and below `top` on the host, named as if `top` were `shown`, a directory before what is in it. No link is followed, and
 * what vanishes meanwhile is passed over; anything else that cannot be looked at is told by its error (errno(3)).
 *
 * An application may make directories deeper than any path can name. `host` is a path by which the kernel finds the entry however deep it
 * is, while it is the current one: every so many bytes it starts anew from a descriptor.
 */
export function* walk(top: Path, shown: Path, enters: (stats: BigIntStats) => boolean = () => true): Generator<Walked> {
	const descriptors: number[] = [];
	/** "close" where all is done that is reached through the last descriptor. */
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
			if (path.length > deepest) {
				yield { path, host, error: "ENAMETOOLONG" };
				continue;
			}
			let from = host;
			if (host.length > longest) {
				const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
				const descriptor = attempt(() => openSync(pathToBytes(host), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
				if (typeof descriptor === "string") yield { path, host, error: descriptor };
				if (typeof descriptor !== "number") continue;
				descriptors.push(descriptor);
				pending.push("close");
				from = `/proc/self/fd/${descriptor}` as Path;
			}
			// "latin1" asks Node for one character a byte, which is what a Path is.
			const names = attempt(() => readdirSync(pathToBytes(from), { encoding: "latin1" }));
			if (typeof names === "string") yield { path, host, error: names };
			// The last one pushed comes first.
			else for (const name of (names ?? []).sort().reverse()) pending.push([join(from, name as Path), join(path, name as Path)]);
		}
	} finally {
		for (const descriptor of descriptors) closeSync(descriptor);
	}
}

/** undefined for what is not there, the error's name for what cannot be looked at. */
function attempt<T>(look: () => T): T | string | undefined {
	try {
		return look();
	} catch (error) {
		const name = errorName(error);
		if (name === undefined) throw error;
		return name === "ENOENT" || name === "ENOTDIR" ? undefined : name;
	}
}
