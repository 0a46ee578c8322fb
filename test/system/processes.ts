import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** Reads process data from /proc (proc(5)). A process may end at any moment, so unreadable values are empty. */

export function allProcesses(): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

export function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "latin1");
	} catch {
		return "";
	}
}

export function nameOf(pid: number): string {
	return read(pid, "comm").trim();
}

export function commandOf(pid: number): string {
	return read(pid, "cmdline").replaceAll("\0", " ").trim();
}

export function parentOf(pid: number): number {
	return Number(statusField(pid, "PPid") || 0);
}

export function statusField(pid: number, name: string): string {
	return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(read(pid, "status"))?.[1] ?? "";
}

/** Returns the process's start in seconds after boot, with a resolution of 10 ms (proc_pid_stat(5)). */
export function startOf(pid: number): number {
	const fields = read(pid, "stat")
		.replace(/^.*\) /s, "")
		.split(" ");
	return Number(fields[19] ?? 0) / 100;
}

/** Returns device and inode of the root directory. The link /proc/PID/root always reads "/" from outside. */
export function rootOf(pid: number): string {
	return identityOf(`/proc/${pid}/root/.`);
}

export function identityOf(path: string): string {
	const status = statSync(path, { bigint: true, throwIfNoEntry: false });
	return status ? `${status.dev}:${status.ino}` : "";
}

export function processesIn(root: string): number[] {
	const wanted = identityOf(root);
	return allProcesses().filter((pid) => wanted !== "" && safely(() => rootOf(pid)) === wanted);
}

/** Returns the processes with a listening TCP (or bound UDP) socket on this port, in the network of `seenFrom`. */
export function listeners(port: number, seenFrom: number | "self" = "self"): number[] {
	const hex = port.toString(16).toUpperCase().padStart(4, "0");
	const sockets = new Set<string>();
	for (const [file, state] of [
		["tcp", "0A"],
		["tcp6", "0A"],
		["udp", "07"],
		["udp6", "07"],
	] as const) {
		for (const line of safely(() => readFileSync(`/proc/${seenFrom}/net/${file}`, "latin1")).split("\n")) {
			const fields = line.trim().split(/\s+/);
			if (fields[1]?.endsWith(`:${hex}`) && fields[3] === state) sockets.add(`socket:[${fields[9]}]`);
		}
	}
	return allProcesses().filter((pid) => {
		const descriptors = safely(() => readdirSync(`/proc/${pid}/fd`).join(" "))
			.split(" ")
			.filter(Boolean);
		return descriptors.some((fd) => sockets.has(safely(() => readlinkSync(`/proc/${pid}/fd/${fd}`))));
	});
}

function safely(look: () => string): string {
	try {
		return look();
	} catch {
		return "";
	}
}

/**
 * Describes what remains of work in a state: its processes, mounts and scratch folders. Work in another state does not count.
 * `commands` are words that identify an application whose launcher has exited.
 */
export function leftovers(state: string, commands: readonly string[] = []): string[] {
	const scratch = safely(() => readdirSync(`${state}/scratch`).join(" "))
		.split(" ")
		.filter(Boolean);
	const mounts = readFileSync("/proc/mounts", "latin1")
		.split("\n")
		.filter((line) => line.includes(state));
	const processes = allProcesses().filter((pid) => pid !== process.pid && belongsTo(pid, state, commands));
	return [
		...processes.map((pid) => `process ${pid}: ${commandOf(pid) || nameOf(pid)}`),
		...mounts.map((line) => `mount ${line}`),
		...scratch.map((name) => `scratch/${name}`),
	];
}

function belongsTo(pid: number, state: string, commands: readonly string[]): boolean {
	const command = read(pid, "cmdline");
	if (read(pid, "mountinfo").includes(state) || command.includes(`${state}/scratch/`)) return true;
	if (nameOf(pid) !== "cagewright-init") return false;
	return commands.some((word) => command.includes(word)) || ancestors(pid).some((one) => read(one, "cmdline").includes(state));
}

function ancestors(pid: number): number[] {
	const chain: number[] = [];
	for (let one = pid; one > 1; one = parentOf(one)) chain.push(one);
	return chain;
}
