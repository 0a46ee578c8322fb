import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";

/** Looks into /proc (proc(5)). A process may vanish at any moment: what cannot be read is absent. */

/**
 * What the kernel calls `NAME (deleted)` was replaced by an update, as a rule: a new start would use what is now at NAME. A file that
 * really has such a name is there under it.
 */
export function present(path: Path | undefined): Path | undefined {
	if (!path?.startsWith("/")) return undefined;
	const mark = " (deleted)";
	if (!path.endsWith(mark) || exists(path)) return path;
	const replaced = path.slice(0, -mark.length) as Path;
	return exists(replaced) ? replaced : undefined;
}

function exists(path: Path): boolean {
	return statSync(pathToBytes(path), { throwIfNoEntry: false }) !== undefined;
}

export function names(directory: string): string[] {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
}

export function link(pid: number | "self", name: string): Path | undefined {
	try {
		return pathFromBytes(readlinkSync(`/proc/${pid}/${name}`, { encoding: "buffer" }));
	} catch {
		return undefined;
	}
}

export function text(file: string): string | undefined {
	try {
		return readFileSync(file, "latin1");
	} catch {
		return undefined;
	}
}

export function status(pid: number): string | undefined {
	return text(`/proc/${pid}/status`);
}

export function identity(path: string): string {
	try {
		const { dev, ino } = statSync(path, { bigint: true });
		return `${dev}:${ino}`;
	} catch {
		return "";
	}
}

/** Words of a command line or an environment, NUL between them. */
export function words(pid: number, file: "cmdline" | "environ"): string[] {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "utf8")
			.split("\0")
			.filter((word, index, all) => word !== "" || index < all.length - 1);
	} catch {
		return [];
	}
}
