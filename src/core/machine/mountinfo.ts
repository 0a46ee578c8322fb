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

/** A directory by its file system, which is the same under every mount point. */
export interface FileSystemPlace {
	readonly device: string;
	readonly path: Path;
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

/** Returns where a real path is in its file system; undefined if its mount is unknown. */
export function fileSystemPlace(path: Path, mounts: readonly MountPoint[]): FileSystemPlace | undefined {
	const mount = mountOf(path, mounts);
	if (mount === undefined) return undefined;
	return { device: mount.device, path: normalise(`${mount.root}/${path.slice(mount.path.length)}` as Path) };
}
