import { readlinkSync } from "node:fs";
import { baseName, type Path, pathFromBytes } from "../../core/path/path.ts";
import { attempt } from "../files/errors.ts";
import { allPids, linkTarget, namesIn, statusText, textOf } from "./proc.ts";

/** A process of this machine, with its account and what it has open. */
export interface HostProcess {
	readonly pid: number;
	/** Names of the units around it, the innermost last (cgroups(7)). */
	readonly units: readonly string[];
	/** Base name of its program. */
	readonly program: string;
	/** Those of its file system access (credentials(7)). */
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	/** Inodes of its sockets. */
	readonly sockets: readonly string[];
	/** Paths of its open files, with their descriptors. */
	readonly files: ReadonlyMap<Path, number>;
}

/** Every process except this one and the kernel's. About 0.2 ms a process. */
export function hostProcesses(): HostProcess[] {
	return allPids().flatMap((pid) => {
		const status = pid === process.pid ? undefined : statusText(pid);
		// A zombie and a thread of the kernel have no memory.
		if (status === undefined || !/^VmSize:/m.test(status)) return [];
		const numbers = (name: string) =>
			(new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "").split(/\s+/).filter(Boolean).map(Number);
		const cgroup = /^(?:0:|\d+:name=systemd):(.*)$/m.exec(textOf(`/proc/${pid}/cgroup`) ?? "")?.[1] ?? "";
		return {
			pid,
			units: cgroup.split("/").filter((name) => /\.(service|scope)$/.test(name)),
			program: baseName(linkTarget(pid, "exe") ?? ("" as Path)).replace(/ \(deleted\)$/, "") || nameOf(status),
			uid: numbers("Uid")[3] ?? 0,
			gid: numbers("Gid")[3] ?? 0,
			groups: numbers("Groups"),
			...descriptorsOf(pid),
		};
	});
}

function nameOf(status: string): string {
	return /^Name:\s*(.*)$/m.exec(status)?.[1] ?? "";
}

function descriptorsOf(pid: number): Pick<HostProcess, "sockets" | "files"> {
	const sockets: string[] = [];
	const files = new Map<Path, number>();
	for (const name of namesIn(`/proc/${pid}/fd`)) {
		const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`, { encoding: "buffer" }));
		if (target === undefined) continue;
		const path = pathFromBytes(target);
		if (path.startsWith("/")) files.set(path, Number(name));
		else if (path.startsWith("socket:[")) sockets.push(path.slice("socket:[".length, -1));
	}
	return { sockets, files };
}

/** Whether a descriptor was opened for writing (open(2): O_WRONLY or O_RDWR). */
export function isOpenForWriting(pid: number, descriptor: number): boolean {
	const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(`/proc/${pid}/fdinfo/${descriptor}`) ?? "")?.[1];
	return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}
