import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";
import { join, type Path, pathToBytes } from "../../core/path/path.ts";
import { errorName } from "./errors.ts";

/** Something at or below a directory, or what could not be looked at. */
type Walked = { readonly path: Path; readonly host: Path } & (
	| { readonly stats: BigIntStats; readonly error?: undefined }
	| { readonly error: string; readonly stats?: undefined }
);

/** Levels below the top. What is deeper is not entered, so that one tree does not take all descriptors: each level has one. */
const deepest = 500;

/**
 * Everything at and below `top` on the host, named as if `top` were `shown`, a directory before what is in it. No link is followed, and
 * what vanishes meanwhile is passed over; anything else that cannot be looked at is told by its error (errno(3)).
 *
 * Each directory is opened in the one before, so that an application which swaps one for a link meanwhile leads nowhere else, and however long its
 * names are. `host` is a path below that descriptor: it leads to the entry while it is the current one.
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
