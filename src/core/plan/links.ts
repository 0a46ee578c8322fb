import { isAbsolute, join, type Path, parent, root } from "../path/path.ts";

/** The little of a machine's file system that following a name needs. */
export interface LinkFiles {
	/** Of the name itself, its last link not followed. */
	status(path: Path): { readonly kind: string } | undefined;
	readLink(path: Path): Path | undefined;
}

export interface LinkChain {
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
 */
export function linkChain(path: Path, files: LinkFiles): LinkChain {
	const links = new Map<Path, Path>();
	const directories = new Set<Path>();
	// Parts still to go, the next one last. A trailing slash leaves an empty part, which asks for a directory.
	const ahead = path.split("/").reverse();
	let at = root;
	let followed = 0;
	let isDirectory = true;
	for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
		if (!isDirectory) return { links: list(links), directories: [...directories] };
		if (part === "" || part === ".") continue;
		if (at !== root) directories.add(at);
		if (part === "..") {
			at = parent(at);
			continue;
		}
		const here = join(at, part);
		const status = files.status(here);
		if (status === undefined) return { links: list(links), directories: [...directories] };
		if (status.kind !== "symlink") {
			at = here;
			isDirectory = status.kind === "directory";
			continue;
		}
		const target = files.readLink(here);
		if (target === undefined) return { links: list(links), directories: [...directories] };
		links.set(here, target);
		if (++followed > maxLinks) return { links: list(links), directories: [...directories] };
		if (isAbsolute(target)) at = root;
		for (const each of target.split("/").reverse()) ahead.push(each);
	}
	directories.delete(at);
	return { links: list(links), directories: [...directories], end: at };
}

function list(links: ReadonlyMap<Path, Path>): LinkChain["links"] {
	return [...links].map(([path, target]) => ({ path, target }));
}
