import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type Path, pathFromBytes, pathToBytes } from "../path/path.ts";
import type { AccountUse } from "../ports.ts";
import { attempt } from "./errors.ts";

/** Reads /proc (proc(5)). A process may end at any moment, so unreadable values are absent. */

/**
 * Resolves a path that the kernel marks `NAME (deleted)`, usually after an update: a new start would use the file now at NAME. A
 * file that really has such a name is returned unchanged.
 */
export function currentPath(path: Path | undefined): Path | undefined {
	if (!path?.startsWith("/")) return undefined;
	const mark = " (deleted)";
	if (!path.endsWith(mark) || exists(path)) return path;
	const replaced = path.slice(0, -mark.length) as Path;
	return exists(replaced) ? replaced : undefined;
}

function exists(path: Path): boolean {
	return statSync(pathToBytes(path), { throwIfNoEntry: false }) !== undefined;
}

export function namesIn(directory: string): string[] {
	return attempt(() => readdirSync(directory)) ?? [];
}

/** Every process of this PID namespace. */
export function allPids(): number[] {
	return namesIn("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

export function linkTarget(pid: number | "self", name: string): Path | undefined {
	return attempt(() => pathFromBytes(readlinkSync(`/proc/${pid}/${name}`, { encoding: "buffer" })));
}

export function textOf(file: string): string | undefined {
	return attempt(() => readFileSync(file, "latin1"));
}

export function statusText(pid: number): string | undefined {
	return textOf(`/proc/${pid}/status`);
}

/**
 * Names of systemd's units around a process, the innermost last, from the text of /proc/PID/cgroup (cgroups(7)). systemd uses version
 * 2 or its own hierarchy of version 1. The kernel may list the other one, too: without a unit, or with those of a container's host.
 */
export function unitsAround(text: string): string[] {
	const unitsIn = (path: string) => path.split("/").filter((name) => /\.(service|scope)$/.test(name));
	const inSecond = unitsIn(/^0::(.*)$/m.exec(text)?.[1] ?? "");
	return inSecond.length ? inSecond : unitsIn(/^\d+:name=systemd:(.*)$/m.exec(text)?.[1] ?? "");
}

/** Device and inode. Throws if there is no such file. */
export function identityOf(path: string | Buffer): string {
	const { dev, ino } = statSync(path, { bigint: true });
	return `${dev}:${ino}`;
}

/** The same, or "". */
export function fileIdentity(path: string | Buffer): string {
	return attempt(() => identityOf(path)) ?? "";
}

/** The words of a command line or an environment, separated by NUL. */
export function wordsOf(pid: number, file: "cmdline" | "environ"): string[] {
	return (
		attempt(() =>
			readFileSync(`/proc/${pid}/${file}`, "utf8")
				.split("\0")
				.filter((word, index, all) => word !== "" || index < all.length - 1),
		) ?? []
	);
}

/** The files that a process has mapped, each once, by the name that leads to them now. */
export function mappedFiles(pid: number): Path[] {
	const found = new Set<Path>();
	for (const { inode, name } of parseMaps(textOf(`/proc/${pid}/maps`) ?? "")) {
		const path = mappedName(name, inode);
		if (path !== undefined) found.add(path);
	}
	return [...found];
}

/** The lines of /proc/PID/maps with a file (proc_pid_maps(5)); each name once. */
export function parseMaps(text: string): { readonly name: Path; readonly inode: number }[] {
	const all = new Map<string, number>();
	for (const line of text.split("\n")) {
		const match = /^[0-9a-f]+-[0-9a-f]+ \S+ [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ ([0-9]+) +(\/.*)$/.exec(line);
		if (match?.[2] !== undefined && match[1] !== "0") all.set(match[2], Number(match[1]));
	}
	return [...all].map(([name, inode]) => ({ name: name as Path, inode }));
}

/** Only a newline is escaped, as `\012`, but a name may contain these four characters itself. The inode decides. */
function mappedName(name: Path, inode: number): Path | undefined {
	const plain = name.replaceAll("\\012", "\n") as Path;
	if (plain !== name && statSync(pathToBytes(plain), { throwIfNoEntry: false })?.ino === inode) return plain;
	// Shared memory and similar kernel names without a place.
	if (/^\/(memfd:|SYSV|dev\/zero|anon_hugepage|\[)/.test(name)) return undefined;
	return currentPath(name);
}

/**
 * Every process that has one of these user ids as its real, effective, saved or file system id (proc_pid_status(5)), because any
 * of them allows signalling and tracing others of that account.
 */
export function processesOf(uids: readonly number[]): AccountUse[] {
	const wanted = new Set(uids);
	if (wanted.size === 0) return [];
	return allPids().flatMap((pid) => {
		const text = statusText(pid) ?? "";
		const ids = /^Uid:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/).map(Number) ?? [];
		const uid = ids.find((id) => wanted.has(id));
		if (uid === undefined || /^State:\s*[ZX]/m.test(text)) return [];
		return [{ pid, uid, program: linkTarget(pid, "exe") ?? /^Name:\s*(.*)$/m.exec(text)?.[1] ?? "" }];
	});
}
