import { isAbsolute, isWithin, join, normalise, type Path, parent, pathFromText, root } from "../base/path/path.ts";
import { areaOf } from "./areas.ts";

export interface LinkFiles {
	/** Like lstat(2): does not follow a last link. */
	status(path: Path): { readonly kind: string } | undefined;
	readLink(path: Path): Path | undefined;
}

/** The links among entries. */
export function linkFiles(byPath: ReadonlyMap<Path, { readonly kind: string; readonly target?: Path }>): LinkFiles {
	return { status: (path) => byPath.get(path), readLink: (path) => byPath.get(path)?.target };
}

interface LinkChain {
	/** All links on the way, in order, by real path, with their targets verbatim. */
	readonly links: readonly { readonly path: Path; readonly target: Path }[];
	/** All real directories on the way, in order, without the root and the end. */
	readonly directories: readonly Path[];
	/** The real path. Absent if a part is missing or not a directory, or if the links form a loop. */
	readonly end?: Path;
}

/** MAXSYMLINKS: the kernel returns ELOOP for one more. */
const maxLinks = 40;

/**
 * Follows an absolute path part by part, as the kernel does (path_resolution(7)), so that a cage can rebuild everything on the
 * way. If /lib is a link to usr/lib, /lib/a.so gives the link /lib and whatever /usr/lib/a.so is.
 *
 * Links in /proc and /sys are not followed: /proc/self depends on who looks.
 */
export function linkChain(path: Path, files: LinkFiles): LinkChain {
	const { ahead, at, directories, links } = follow(path, files);
	const chain = { links: [...links].map(([from, target]) => ({ path: from, target })), directories: [...directories] };
	return ahead === undefined ? { ...chain, end: at } : chain;
}

/** Returns a path's real place. For a missing path: the last existing directory on the way with the rest appended. */
export function placeOf(path: Path, files: LinkFiles): Path {
	const { ahead, at } = follow(path, files);
	return ahead === undefined ? at : normalise(join(at, ahead.join("/")));
}

/** Returns the real place of a path as an administrator or an application wrote it. */
export function placeNamed(text: string, files: LinkFiles): Path {
	return placeOf(normalise(pathFromText(text)), files);
}

/**
 * Returns the directories on the way whose links a deployment may replace (`current`): each contains a link and everything that the
 * link leads to now.
 */
export function switchPlaces(path: Path, files: LinkFiles): Path[] {
	const { end, links } = linkChain(path, files);
	const holders = links.map((link) => parent(link.path));
	return [...new Set(holders)].filter((holder) => end !== undefined && isWithin(end, holder));
}

interface FollowedPath {
	readonly links: ReadonlyMap<Path, Path>;
	readonly directories: ReadonlySet<Path>;
	/** The last existing path on the way. */
	readonly at: Path;
	/** The parts behind `at` that do not exist. Absent if the whole path exists. */
	readonly ahead?: readonly string[];
}

function follow(path: Path, files: LinkFiles): FollowedPath {
	const links = new Map<Path, Path>();
	const directories = new Set<Path>();
	// Remaining parts, the next one last. A trailing slash leaves an empty part, which asks for a directory.
	const ahead = path.split("/").reverse();
	let at = root;
	let isDirectory = true;
	for (let part = ahead.pop(), followed = 0; part !== undefined; part = ahead.pop()) {
		const stopped = { links, directories, at, ahead: [part, ...ahead.toReversed()] };
		if (!isDirectory) return stopped;
		if (part === "" || part === ".") continue;
		if (at !== root) directories.add(at);
		if (part === "..") {
			at = parent(at);
			continue;
		}
		const here = join(at, part);
		const status = files.status(here);
		if (status === undefined) return stopped;
		if (status.kind !== "symlink") {
			at = here;
			isDirectory = status.kind === "directory";
			continue;
		}
		const target = areaOf(here) === "kernel" ? undefined : files.readLink(here);
		if (target === undefined) return stopped;
		links.set(here, target);
		if (++followed > maxLinks) return stopped;
		if (isAbsolute(target)) at = root;
		for (const each of target.split("/").reverse()) ahead.push(each);
	}
	directories.delete(at);
	return { links, directories, at };
}
