import { statSync } from "node:fs";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { present, text } from "./proc.ts";

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
