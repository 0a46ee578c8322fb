import { pathFromBytes } from "../../core/path/path.ts";
import { findTool, readTool } from "../tools.ts";
import { addressText } from "../units/processes.ts";
import { textOf } from "./proc.ts";

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
	for (const line of (textOf("/proc/net/unix") ?? "").split("\n")) {
		const [, flags = "0", type, inode = "", name = ""] = /^\S+ \S+ \S+ ([0-9A-F]+) (\S+) \S+ +(\d+) (.+)$/.exec(line) ?? [];
		if (inode === "") continue;
		names.set(inode, name);
		// __SO_ACCEPTCON, or SOCK_DGRAM
		if ((Number.parseInt(flags, 16) & 0x10000) !== 0 || type === "0002") offered.add(inode);
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

/** One line of /proc/net/tcp: addresses as text. */
interface TcpSocket {
	readonly inode: string;
	readonly isListening: boolean;
	readonly local: Endpoint;
	readonly remote: Endpoint;
}

interface Endpoint {
	readonly address: string;
	readonly port: number;
}

/** TCP sockets that listen or are connected. */
export function tcpSockets(): TcpSocket[] {
	return ["tcp", "tcp6"].flatMap((name) =>
		(textOf(`/proc/net/${name}`) ?? "")
			.split("\n")
			.slice(1)
			.flatMap((line) => {
				const [, local = "", remote = "", state, , , , , , inode = "0"] = line.trim().split(/\s+/);
				if (inode === "0" || (state !== "0A" && state !== "01")) return [];
				return { inode, isListening: state === "0A", local: endpoint(local), remote: endpoint(remote) };
			}),
	);
}

function endpoint(text: string): Endpoint {
	const [address = "", port = ""] = text.split(":");
	return { address: addressText(address), port: Number.parseInt(port, 16) };
}
