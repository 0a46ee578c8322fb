/** The kernel's table of the unix sockets in this network namespace (proc(5)). */
export const unixSocketTable = "/proc/net/unix";

interface BoundUnixSocket {
	readonly inode: string;
	/** Path, or `@` and an abstract name with `@` for each NUL in it. One character a byte, as in a Path. */
	readonly name: string;
	/** It accepts connections, or is a datagram socket. */
	readonly isOffered: boolean;
}

/** Parses the text of `unixSocketTable`, without sockets that have no name. */
export function boundUnixSockets(table: string): BoundUnixSocket[] {
	return table.split("\n").flatMap((line) => {
		const [, flags = "0", type, inode = "", name = ""] = /^\S+ \S+ \S+ ([0-9A-F]+) (\S+) \S+ +(\d+) (.+)$/.exec(line) ?? [];
		// __SO_ACCEPTCON, or SOCK_DGRAM
		const isOffered = (Number.parseInt(flags, 16) & 0x10000) !== 0 || type === "0002";
		return inode === "" ? [] : { inode, name, isOffered };
	});
}
