import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { omitUndefined } from "../../base/collections.ts";
import { attempt } from "../../base/host/errors.ts";
import { fileIdentity, namesIn, unitsAround } from "../../base/host/proc.ts";
import { withoutTrailing } from "../../base/text.ts";
import { loopbackAddress, type Peer } from "../../trace/trace.ts";
import type { ListeningAddress } from "../found.ts";

/** A listening process. Its environment is never read, because it may contain secrets. */
export interface ListeningProcess {
	readonly pid: number;
	readonly parent: number;
	/** Effective user. */
	readonly uid: number;
	/** The real path of the executable. Undefined if this account may not know it. */
	readonly exe?: string;
	/** argv as the process shows it now; daemons may have overwritten it. */
	readonly command: readonly string[];
	readonly cwd?: string;
	/** Names of the units around it, the innermost last. */
	readonly units: readonly string[];
	readonly ports: readonly ListeningAddress[];
	/** Its root is not ours: it runs in a cage or a container. */
	readonly elsewhere: boolean;
}

/** Listening sockets by inode. */
export type ListeningSockets = ReadonlyMap<string, ListeningAddress>;

/**
 * The listening sockets of this network namespace from /proc/net (proc(5)): TCP in state LISTEN, bound unconnected UDP, and unix
 * sockets that accept connections (flag __SO_ACCEPTCON).
 */
export function parseSockets(tables: {
	readonly tcp?: string;
	readonly tcp6?: string;
	readonly udp?: string;
	readonly udp6?: string;
	readonly unix?: string;
}): ListeningSockets {
	const sockets = new Map<string, ListeningAddress>();
	for (const name of ["tcp", "tcp6", "udp", "udp6"] as const) {
		const protocol = name.startsWith("tcp") ? "tcp" : "udp";
		for (const line of (tables[name] ?? "").split("\n").slice(1)) {
			const [, local = "", remote = "", state, , , , , , inode] = line.trim().split(/\s+/);
			const waiting = protocol === "tcp" ? state === "0A" : /^0+:0+$/.test(remote);
			const [address = "", port = ""] = local.split(":");
			if (!waiting || inode === undefined || inode === "0") continue;
			sockets.set(inode, { protocol, address: addressText(address), port: Number.parseInt(port, 16) });
		}
	}
	for (const line of (tables.unix ?? "").split("\n").slice(1)) {
		const match = /^\S+ \S+ \S+ ([0-9A-F]+) \S+ \S+ +(\d+) (.+)$/.exec(line);
		const [, flags = "0", inode = "", path = ""] = match ?? [];
		if (match !== null && (Number.parseInt(flags, 16) & 0x10000) !== 0) sockets.set(inode, { protocol: "unix", path });
	}
	return sockets;
}

/** Returns an address of /proc/net/tcp as text. Addresses are 32-bit words in the machine's byte order, which is little-endian on all supported machines. */
export function addressText(hex: string): string {
	const bytes = (hex.match(/.{8}/g) ?? [])
		.flatMap((word) => (word.match(/../g) ?? []).reverse())
		.map((byte) => Number.parseInt(byte, 16));
	if (bytes.length === 4) return bytes.join(".");
	if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) return bytes.slice(12).join(".");
	const groups = Array.from({ length: 8 }, (_, index) =>
		(((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
	);
	// The longest run of at least two zero groups becomes `::` (RFC 5952).
	const runs = [...groups.join(":").matchAll(/\b0(?::0\b)+/g)].sort((one, other) => other[0].length - one[0].length);
	const run = runs[0];
	const text = groups.join(":");
	if (run === undefined) return text;
	return `${text.slice(0, run.index).replace(/:$/, "")}::${text.slice(run.index + run[0].length).replace(/^:/, "")}`;
}

/**
 * Processes that listen in this network namespace, by pid. Without root, only those of the same account are visible. Skips
 * processes that end in the meantime.
 */
export async function listeningProcesses(proc = "/proc"): Promise<ListeningProcess[]> {
	const table = (name: string) => readFile(`${proc}/self/net/${name}`, "latin1").catch(() => "");
	const [tcp, tcp6, udp, udp6, unix] = await Promise.all(["tcp", "tcp6", "udp", "udp6", "unix"].map(table));
	const sockets = parseSockets({
		tcp: tcp ?? "",
		tcp6: tcp6 ?? "",
		udp: udp ?? "",
		udp6: udp6 ?? "",
		unix: Buffer.from(unix ?? "", "latin1").toString("utf8"),
	});
	const ourRoot = fileIdentity(`${proc}/self/root/`);
	const found: ListeningProcess[] = [];
	for (const name of readdirSync(proc)) {
		if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
		const directory = `${proc}/${name}`;
		const ports = socketsOf(directory).flatMap((inode) => sockets.get(inode) ?? []);
		if (ports.length === 0) continue;
		const process_ = await describe(directory, Number(name), distinct(ports), ourRoot).catch(() => undefined);
		if (process_ !== undefined) found.push(process_);
	}
	return found.sort((one, other) => one.pid - other.pid);
}

async function describe(directory: string, pid: number, ports: ListeningAddress[], ourRoot: string): Promise<ListeningProcess> {
	const [status, cmdline, cgroup, exe, cwd] = await Promise.all([
		readFile(`${directory}/status`, "utf8"),
		readFile(`${directory}/cmdline`, "utf8"),
		readFile(`${directory}/cgroup`, "utf8").catch(() => ""),
		readlink(`${directory}/exe`).catch(() => undefined),
		readlink(`${directory}/cwd`).catch(() => undefined),
	]);
	const root = fileIdentity(`${directory}/root/`);
	return {
		pid,
		parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
		uid: Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? -1),
		// A program that an update replaced still runs from its old file.
		...(exe === undefined ? {} : { exe: exe.replace(/ \(deleted\)$/, "") }),
		command: withoutTrailing(cmdline, "\0").split("\0"),
		...omitUndefined({ cwd }),
		units: unitsAround(cgroup),
		ports,
		elsewhere: root !== "" && ourRoot !== "" && root !== ourRoot,
	};
}

function socketsOf(directory: string): string[] {
	return namesIn(`${directory}/fd`).flatMap((name) => {
		return /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`${directory}/fd/${name}`)) ?? "")?.[1] ?? [];
	});
}

function distinct(ports: readonly ListeningAddress[]): ListeningAddress[] {
	const key = (port: ListeningAddress) =>
		port.protocol === "unix" ? `unix ${port.path}` : `${port.protocol} ${port.port} ${port.address}`;
	const all = new Map(ports.map((port) => [key(port), port]));
	return [...all].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, port]) => port);
}

/** Whether something listens on a TCP port at an address of this machine, or at all addresses. */
export function listensAt({ address, port }: Peer): boolean {
	if (!isOwnAddress(address)) return false;
	const table = (name: string) => {
		return attempt(() => readFileSync(`/proc/net/${name}`, "latin1")) ?? "";
	};
	return [...parseSockets({ tcp: table("tcp"), tcp6: table("tcp6") }).values()].some(
		(socket) => socket.protocol === "tcp" && socket.port === port && reaches(address, socket.address),
	);
}

/** Every address in 127.0.0.0/8 is the loopback's. */
function isOwnAddress(address: string): boolean {
	const isInterface = () =>
		Object.values(networkInterfaces()).some((entries = []) => entries.some((entry) => entry.address === address));
	return address.startsWith("127.") || isInterface();
}

/** Whether a connection to `address` reaches a socket that listens at `listening`. */
function reaches(address: string, listening: string): boolean {
	const isEverywhere = /^(0\.0\.0\.0|::|\*)$/.test(listening);
	return isEverywhere || listening.replace(/^::ffff:/, "") === address || (address === loopbackAddress && listening === "::1");
}
