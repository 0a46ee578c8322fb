import { existsSync, readlinkSync } from "node:fs";
import { attempt } from "../../base/host/errors.ts";
import { allPids, linkTarget, namesIn, statusText, textOf, unitsAround } from "../../base/host/proc.ts";
import { findTool, readTool } from "../../base/host/tools.ts";
import { baseName, type Path, pathFromBytes } from "../../base/path/path.ts";
import { addressText } from "../../service/host/processes.ts";
import { boundUnixSockets, unixSocketTable } from "../../service/unix-socket-table.ts";
import type { Endpoint, InetSocket, PortFacts } from "../listening-ports.ts";

/** A process of this machine, with its account and what it has open. */
export interface HostProcess {
	readonly pid: number;
	/** Names of the units around it, the innermost last. */
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
		return {
			pid,
			units: unitsAround(textOf(`/proc/${pid}/cgroup`) ?? ""),
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

/** The unix sockets of this network namespace (unix(7)). */
export interface UnixSockets {
	/** Path, or `@` and an abstract name, of sockets that are bound. */
	readonly names: ReadonlyMap<string, string>;
	/** Inodes of sockets that accept connections, or of datagram sockets. */
	readonly offered: ReadonlySet<string>;
	/** The peer's inode. Undefined if it cannot be read. */
	readonly peers: ReadonlyMap<string, string> | undefined;
}

/** Milliseconds for ss(8). */
const listSeconds = 10_000;

/** The kernel shows peers only by netlink (sock_diag(7)), which ss(8) speaks. */
export async function unixSockets(): Promise<UnixSockets> {
	const names = new Map<string, string>();
	const offered = new Set<string>();
	for (const { inode, isOffered, name } of boundUnixSockets(textOf(unixSocketTable) ?? "")) {
		names.set(inode, name);
		if (isOffered) offered.add(inode);
	}
	if (findTool("ss") === undefined) return { names, offered, peers: undefined };
	const listed = await readTool("ss", ["-xan"], { maxBuffer: 1 << 26, timeout: listSeconds, encoding: "buffer" }).catch(
		() => undefined,
	);
	return { names, offered, peers: listed && parsePeers(pathFromBytes(listed.stdout as unknown as Uint8Array)) };
}

/** Parses `ss -xan`: type, state, two queues, then name and inode of the socket, then those of its peer. Names may contain blanks. */
export function parsePeers(text: string): ReadonlyMap<string, string> {
	const peers = new Map<string, string>();
	for (const line of text.split("\n")) {
		const words = line.trim().split(/\s+/);
		const isNumber = (word = "") => /^\d+$/.test(word);
		// The name is at least one word.
		const inode = words.slice(5, -2).find(isNumber);
		const peer = words.at(-1);
		if (words[0]?.startsWith("u_") && inode !== undefined && isNumber(peer) && peer !== "0") peers.set(inode, peer ?? "");
	}
	return peers;
}

/** TCP sockets that listen or are connected, and bound UDP sockets, of this network namespace. */
export function inetSockets(): InetSocket[] {
	return (["tcp", "tcp6", "udp", "udp6"] as const).flatMap((name) => {
		const transport = name.startsWith("tcp") ? "tcp" : "udp";
		return parseInetSockets(textOf(`/proc/net/${name}`) ?? "", transport);
	});
}

/** States of the kernel's tcp_states.h. A UDP socket with a peer counts as established, one without as closed. */
const [established, closed, listen] = ["01", "07", "0A"];

/** Parses a table of /proc/net (proc(5)). */
export function parseInetSockets(table: string, transport: InetSocket["transport"]): InetSocket[] {
	const listening = transport === "tcp" ? listen : closed;
	return table
		.split("\n")
		.slice(1)
		.flatMap((line) => {
			const [, local = "", remote = "", state, , , , , , inode = "0"] = line.trim().split(/\s+/);
			if (inode === "0" || (state !== listening && state !== established)) return [];
			return { inode, transport, isListening: state === listening, local: endpoint(local), remote: endpoint(remote) };
		});
}

function endpoint(text: string): Endpoint {
	const [address = "", port = ""] = text.split(":");
	return { address: addressText(address), port: Number.parseInt(port, 16) };
}

/** ip_local_port_range where it cannot be read: the kernel's default. */
const usualRange = [32_768, 60_999] as const;

/** Reads what `listeningPorts` asks of the machine. */
export async function portFacts(): Promise<Omit<PortFacts, "traced">> {
	const [first = usualRange[0], last = usualRange[1]] = (textOf("/proc/sys/net/ipv4/ip_local_port_range") ?? "")
		.split(/\s+/)
		.filter(Boolean)
		.map(Number);
	const lines = (textOf("/etc/services") ?? "").split("\n");
	const named = lines.flatMap((line) => /^[^#\s]\S*\s+(\d+)\/udp\b/.exec(line)?.[1] ?? []).map(Number);
	return { chosenByKernel: [first, last], registered: await registeredPorts(), named: new Set(named) };
}

const rpcbindSocket = "/run/rpcbind.sock";

/** Ports of RPC programs, from rpcinfo(8), which belongs to rpcbind. Empty if rpcbind does not run. */
async function registeredPorts(): Promise<ReadonlySet<string>> {
	if (!existsSync(rpcbindSocket) || findTool("rpcinfo") === undefined) return new Set();
	const listed = await readTool("rpcinfo", ["-p"], { timeout: listSeconds }).catch(() => undefined);
	return parseRegistered(listed?.stdout ?? "");
}

/** Parses `rpcinfo -p`: program, version, transport, port and name. */
export function parseRegistered(text: string): ReadonlySet<string> {
	return new Set(
		[...text.matchAll(/^\s*\d+\s+\d+\s+(tcp|udp)\s+(\d+)\b/gm)].map(([, transport, port]) => `${transport} ${port}`),
	);
}
