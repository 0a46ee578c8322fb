import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import type { AccountUse } from "../../engine/ports.ts";

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

/** The files that a process has mapped, each once, by the name that leads to them now. */
export function mappedFiles(pid: number): Path[] {
	const found = new Set<Path>();
	for (const { inode, name } of parseMaps(text(`/proc/${pid}/maps`) ?? "")) {
		const path = named(name, inode);
		if (path !== undefined) found.add(path);
	}
	return [...found];
}

/** The lines of /proc/PID/maps that have a file behind them (proc_pid_maps(5)); each name once. */
export function parseMaps(text: string): { readonly name: Path; readonly inode: number }[] {
	const all = new Map<string, number>();
	for (const line of text.split("\n")) {
		const match = /^[0-9a-f]+-[0-9a-f]+ \S+ [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ ([0-9]+) +(\/.*)$/.exec(line);
		if (match?.[2] !== undefined && match[1] !== "0") all.set(match[2], Number(match[1]));
	}
	return [...all].map(([name, inode]) => ({ name: name as Path, inode }));
}

/** Only a newline is escaped there, as `\012`, and a name may hold these four characters itself: the inode tells. */
function named(name: Path, inode: number): Path | undefined {
	const plain = name.replaceAll("\\012", "\n") as Path;
	if (plain !== name && statSync(pathToBytes(plain), { throwIfNoEntry: false })?.ino === inode) return plain;
	// Shared memory and the like: named by the kernel, at no place.
	if (/^\/(memfd:|SYSV|dev\/zero|anon_hugepage|\[)/.test(name)) return undefined;
	return present(name);
}

/**
 * Every process that has one of these user ids, as the real, effective, saved or file system one (proc_pid_status(5)): whoever has one of
 * them may signal and trace others of that account.
 */
export function processesOf(uids: readonly number[]): AccountUse[] {
	const wanted = new Set(uids);
	if (wanted.size === 0) return [];
	return names("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			const pid = Number(name);
			const text = status(pid) ?? "";
			const ids = /^Uid:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/).map(Number) ?? [];
			const uid = ids.find((id) => wanted.has(id));
			if (uid === undefined || /^State:\s*[ZX]/m.test(text)) return [];
			return [{ pid, uid, program: link(pid, "exe") ?? /^Name:\s*(.*)$/m.exec(text)?.[1] ?? "" }];
		});
}
