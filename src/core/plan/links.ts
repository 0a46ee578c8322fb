import { isAbsolute, join, normalise, type Path, parent, root } from "../path/path.ts";
import { areaOf } from "./areas.ts";

/** The little of a machine's file system that following a name needs. */
export interface LinkFiles {
	/** Of the name itself, its last link not followed. */
	status(path: Path): { readonly kind: string } | undefined;
	readLink(path: Path): Path | undefined;
}

interface LinkChain {
	/** Every link met, in order: where it really is (no link above it), and where it points, verbatim. */
	readonly links: readonly { readonly path: Path; readonly target: Path }[];
	/** Every real directory gone through, in order, without the root and without the end itself. */
	readonly directories: readonly Path[];
	/** The real path, where something is there. Absent where a part is missing, is no directory, or the links go round. */
	readonly end?: Path;
}

/** MAXSYMLINKS: the kernel gives up with ELOOP on the next. */
const maxLinks = 40;

/**
 * Follows an absolute path part by part, as the kernel does (path_resolution(7)), so that all that the name passes through can be rebuilt elsewhere
 * exactly as it is: with /lib a link to usr/lib, /lib/a.so gives the link /lib and then what /usr/lib/a.so is.
 *
 * The kernel's own links are not followed: what /proc/self is depends on who looks, and here that is not the application.
 */
export function linkChain(path: Path, files: LinkFiles): LinkChain {
	const { ahead, at, directories, links } = follow(path, files);
	const chain = { links: [...links].map(([from, target]) => ({ path: from, target })), directories: [...directories] };
	return ahead === undefined ? { ...chain, end: at } : chain;
}

/** Where a path really is, or would be made: of what is not there, the last real directory on the way with the rest appended. */
export function placeOf(path: Path, files: LinkFiles): Path {
	const { ahead, at } = follow(path, files);
	return ahead === undefined ? at : normalise(join(at, ahead.join("/")));
}

interface Followed {
	readonly links: ReadonlyMap<Path, Path>;
	readonly directories: ReadonlySet<Path>;
	/** The last that is there. */
	readonly at: Path;
	/** The parts behind it that lead nowhere; absent where the path led to its end. */
	readonly ahead?: readonly string[];
}

function follow(path: Path, files: LinkFiles): Followed {
	const links = new Map<Path, Path>();
	const directories = new Set<Path>();
	// Parts still to go, the next one last. A trailing slash leaves an empty part, which asks for a directory.
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
