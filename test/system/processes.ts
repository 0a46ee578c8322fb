import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** Reads process data from /proc (proc(5)). A process may end at any moment, so unreadable values are empty. */

/**
 * Whether this is the first PID namespace, which has this number (PROC_PID_INIT_INO). The kernel's records have its process numbers. A
 * watch in another one, as in a container, knows cages only by their accounts.
 */
export const isFirstNamespace = readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";

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

/** Returns a process's children in the order of their creation. Process numbers start again at a low one after the highest. */
export function childrenOf(pid: number): number[] {
	const children = allProcesses().filter((one) => parentOf(one) === pid);
	const created = read(pid, `task/${pid}/children`).trim().split(" ").map(Number);
	return children.sort((a, b) => created.indexOf(a) - created.indexOf(b));
}

export const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((one) => [one, ...descendantsOf(one)]);

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

/** Returns what the process's open descriptors refer to, without those that it closes meanwhile. */
export function openFiles(pid: number): { readonly descriptor: string; readonly target: string }[] {
	const names = safely(() => readdirSync(`/proc/${pid}/fd`).join(" "));
	const open = names
		.split(" ")
		.filter(Boolean)
		.map((descriptor) => ({ descriptor, target: safely(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) }));
	return open.filter(({ target }) => target !== "");
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
	return allProcesses().filter((pid) => openFiles(pid).some(({ target }) => sockets.has(target)));
}

function safely(look: () => string): string {
	try {
		return look();
	} catch {
		return "";
	}
}

/**
 * Describes what remains of work in these states: processes, mounts and scratch folders. Work in another state does not count.
 * `commands` are words that identify an application whose launcher has exited.
 */
export function leftovers(states: string | readonly string[], commands: readonly string[] = []): string[] {
	const all = typeof states === "string" ? [states] : states;
	if (all.length === 0) return [];
	const scratch = all.flatMap((state) => safely(() => readdirSync(`${state}/scratch`).join(" ")).split(" ")).filter(Boolean);
	const mounts = readFileSync("/proc/mounts", "latin1")
		.split("\n")
		.filter((line) => all.some((state) => line.includes(state)));
	const isIn = inStates(all, commands);
	const processes = allProcesses().filter((pid) => pid !== process.pid && isIn(pid));
	return [
		...processes.map((pid) => `process ${pid}: ${commandOf(pid) || nameOf(pid)}`),
		...mounts.map((line) => `mount ${line}`),
		...scratch.map((name) => `scratch/${name}`),
	];
}

/** Most processes share a mount namespace, and the kernel takes longest to list its mounts. */
function inStates(states: readonly string[], commands: readonly string[]): (pid: number) => boolean {
	const inNamespace = new Map<string, boolean>();
	const hasMount = (pid: number) => {
		const namespace = safely(() => readlinkSync(`/proc/${pid}/ns/mnt`));
		const known = inNamespace.get(namespace);
		if (known !== undefined) return known;
		const mounts = read(pid, "mountinfo");
		const has = states.some((state) => mounts.includes(state));
		// A process that ends has neither a namespace nor mounts.
		if (namespace !== "" && mounts !== "") inNamespace.set(namespace, has);
		return has;
	};
	return (pid) => {
		if (hasMount(pid)) return true;
		const command = read(pid, "cmdline");
		if (states.some((state) => command.includes(`${state}/scratch/`))) return true;
		if (nameOf(pid) !== "cagewright-init") return false;
		const above = ancestors(pid).map((one) => read(one, "cmdline"));
		return commands.some((word) => command.includes(word)) || above.some((one) => states.some((state) => one.includes(state)));
	};
}

function ancestors(pid: number): number[] {
	const chain: number[] = [];
	for (let one = pid; one > 1; one = parentOf(one)) chain.push(one);
	return chain;
}
