import type { Path } from "../path/path.ts";

export interface MountPoint {
	/** The mounted directory in its file system. */
	readonly root: string;
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
		const [root, point, options] = fields.slice(3);
		const [type, , superOptions = ""] = fields.slice(separator + 1);
		if (separator < 0 || !root || !point || !options || !type) return [];
		const path = point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) as Path;
		return [{ root, path, options: options.split(","), type, superOptions: superOptions.split(",") }];
	});
}
