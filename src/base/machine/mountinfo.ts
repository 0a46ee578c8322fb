import { isWithin, normalise, type Path } from "../path/path.ts";

export interface MountPoint {
	/** The file system's device, `major:minor`. */
	readonly device: string;
	/** The mounted directory in its file system. */
	readonly root: Path;
	readonly path: Path;
	readonly options: readonly string[];
	readonly type: string;
	/** Options of the file system. */
	readonly superOptions: readonly string[];
}

/**
 * Parses /proc/PID/mountinfo (proc_pid_mountinfo(5), which writes special bytes in octal), in bytes as latin1. Several mounts can
 * be at the same place.
 */
export function parseMountinfo(text: string): MountPoint[] {
	return text.split("\n").flatMap((line) => {
		const fields = line.split(" ");
		const separator = fields.indexOf("-");
		const [device = "", root, point, options] = fields.slice(2);
		const [type, , superOptions = ""] = fields.slice(separator + 1);
		if (separator < 0 || !root || !point || !options || !type) return [];
		return [
			{ device, root: plain(root), path: plain(point), options: options.split(","), type, superOptions: superOptions.split(",") },
		];
	});
}

function plain(field: string): Path {
	return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) as Path;
}

/** Returns the mount that a real path is on; undefined if none is known. */
export function mountOf(path: Path, mounts: readonly MountPoint[]): MountPoint | undefined {
	let holder: MountPoint | undefined;
	// A later mount at the same place covers an earlier one.
	for (const mount of mounts) {
		if (isWithin(path, mount.path) && mount.path.length >= (holder?.path.length ?? 0)) holder = mount;
	}
	return holder;
}

/** The names of a directory, because a file system can be mounted at several places. */
export interface Names {
	/** Paths of the directory itself, also of mounts that another one covers. */
	readonly same: readonly Path[];
	/** Mount points whose content is somewhere below the directory. */
	readonly inside: readonly Path[];
}

/** Returns all names of a directory, given a real path. */
export function otherNames(path: Path, mounts: readonly MountPoint[]): Names {
	const own = mountOf(path, mounts);
	if (own === undefined) return { same: [path], inside: [] };
	const below = (top: Path, rest: string) => normalise(`${top}/${rest}` as Path);
	const inFileSystem = below(own.root, path.slice(own.path.length));
	const others = mounts.filter((mount) => mount !== own && mount.device === own.device);
	return {
		same: [
			path,
			...others
				.filter((mount) => isWithin(inFileSystem, mount.root))
				.map((mount) => below(mount.path, inFileSystem.slice(mount.root.length))),
		],
		inside: others.filter((mount) => isWithin(mount.root, inFileSystem)).map((mount) => mount.path),
	};
}
