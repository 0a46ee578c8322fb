import type { Trace } from "../trace/trace.ts";

/** An address and a port. */
export interface Endpoint {
	readonly address: string;
	readonly port: number;
}

/** A port on which a service waits for clients. */
export interface ListeningPort extends Endpoint {
	readonly transport: "tcp" | "udp";
	/** The service offers it: each start is expected to listen on it again. `listeningPorts` decides. */
	readonly isOffered: boolean;
}

/** A TCP socket that listens or is connected, or a UDP socket. A UDP socket listens if it has no peer. */
export interface InetSocket {
	readonly inode: string;
	readonly transport: ListeningPort["transport"];
	readonly isListening: boolean;
	readonly local: Endpoint;
	readonly remote: Endpoint;
}

/** What the machine knows about ports. */
export interface PortFacts {
	/** The lowest and the highest port that the kernel chooses (ip_local_port_range of ip(7)). */
	readonly chosenByKernel: readonly [number, number];
	/** Ports of RPC programs as rpcbind(8) lists them, e.g. `udp 892`. */
	readonly registered: ReadonlySet<string>;
	/** UDP ports with a name in services(5). */
	readonly named: ReadonlySet<number>;
	/** What `tracedPorts` returns. */
	readonly traced: ReadonlySet<string>;
}

/** Ports that traced starts bound, e.g. `udp 892`. Those of a running service that was attached to prove nothing about another start. */
export function tracedPorts(trace: Pick<Trace, "gaps" | "ports"> | undefined): ReadonlySet<string> {
	return trace === undefined || trace.gaps.has("start-up") ? new Set() : trace.ports;
}

/** Dynamic ports (RFC 6335), from which Samba and TURN servers choose. */
const lowestDynamic = 49_152;
/** The port of rpcbind itself (RFC 1833): clients ask it for all others. */
const portMapper = 111;
/** bindresvport(3) chooses from these. */
const reserved = [512, 1023] as const;
const lowestUnprivileged = 1024;

/**
 * Returns the ports on which a service listens. `processes` are all processes of its cgroup, with the inodes of their sockets, so that
 * ports of helper processes and ports that a socket unit passed to the service count too.
 *
 * A port is offered unless the next start may listen on another one instead. These are not:
 * - ports in the kernel's range and dynamic ports, unless a traced start bound the same;
 * - ports that only sessions hold, such as those of FTP's passive mode. A session is a process with a connection to one of the
 *   service's ports on which it does not listen itself;
 * - ports that rpcbind lists, because RPC clients ask for them (mountd, statd), and the UDP ports of the same service that
 *   bindresvport(3) chose. Port 111 is offered;
 * - UDP ports that only a client or a call may use, such as those of a resolver's queries and of RTP. A UDP port is offered if it is
 *   below 1024 or has a name in services(5), if the service offers the TCP port of this number too, or if a traced start bound it.
 */
export function listeningPorts(
	sockets: readonly InetSocket[],
	processes: readonly { readonly sockets: readonly string[] }[],
	{ chosenByKernel, named, registered, traced }: PortFacts,
): ListeningPort[] {
	const owned = new Set(processes.flatMap((one) => one.sockets));
	const listening = sockets.filter(({ inode, isListening }) => isListening && owned.has(inode));
	const byInode = new Map(sockets.map((socket) => [socket.inode, socket]));
	const accepting = new Set(listening.flatMap(({ local, transport }) => (transport === "tcp" ? local.port : [])));
	const isSession = (process: { readonly sockets: readonly string[] }) => {
		const own = process.sockets.flatMap((inode) => byInode.get(inode) ?? []);
		const listens = new Set(own.flatMap(({ isListening, local }) => (isListening ? local.port : [])));
		return own.some(
			({ isListening, local: { port }, transport }) =>
				transport === "tcp" && !isListening && accepting.has(port) && !listens.has(port),
		);
	};
	const lasting = new Set(processes.filter((one) => !isSession(one)).flatMap((one) => one.sockets));
	const isRegistered = (transport: string, port: number) => registered.has(`${transport} ${port}`);
	const isRpc = listening.some(({ local: { port }, transport }) => isRegistered(transport, port));
	const isRepeated = ({ local: { port }, transport }: InetSocket) => traced.has(`${transport} ${port}`);
	const isChosen = (socket: InetSocket) => {
		const { inode, local, transport } = socket;
		const { port } = local;
		if (port === portMapper) return false;
		if (!lasting.has(inode)) return true;
		if ((isBetween(port, chosenByKernel) || port >= lowestDynamic) && !isRepeated(socket)) return true;
		return isRegistered(transport, port) || (isRpc && transport === "udp" && isBetween(port, reserved));
	};
	const kept = listening.filter((socket) => !isChosen(socket));
	const tcp = new Set(kept.flatMap(({ local, transport }) => (transport === "tcp" ? local.port : [])));
	const isKnown = (socket: InetSocket) => {
		const { port } = socket.local;
		const isUsual = socket.transport === "tcp" || port < lowestUnprivileged || named.has(port) || tcp.has(port);
		return isUsual || isRepeated(socket);
	};
	const ports = new Map<string, ListeningPort>();
	for (const socket of listening) {
		const { local, transport } = socket;
		const key = portText({ ...local, transport });
		const isOffered = ports.get(key)?.isOffered || (kept.includes(socket) && isKnown(socket));
		ports.set(key, { ...local, transport, isOffered });
	}
	return [...ports.values()];
}

function isBetween(port: number, [first, last]: readonly [number, number]): boolean {
	return port >= first && port <= last;
}

/** `[::1]:53`, and for UDP `[::1]:53/udp`. */
export function portText({ address, port, transport = "tcp" }: Endpoint & Partial<Pick<ListeningPort, "transport">>): string {
	const text = `${address.includes(":") ? `[${address}]` : address}:${port}`;
	return transport === "tcp" ? text : `${text}/${transport}`;
}

/** Ports that the service offered and that are gone. */
export function lostPorts(before: readonly ListeningPort[], now: readonly ListeningPort[]): ListeningPort[] {
	return before.filter((port) => port.isOffered && !isServed(port, before, now));
}

/**
 * Whether clients of this port reach the service now: it listens there, or on all addresses of the same family. `::` serves IPv4 too,
 * unless there was a separate socket for IPv4: both can only exist if `::` is for IPv6 alone (IPV6_V6ONLY of ipv6(7)).
 */
export function isServed(
	{ address, port, transport = "tcp" }: Endpoint & Partial<Pick<ListeningPort, "transport">>,
	before: readonly ListeningPort[],
	now: readonly ListeningPort[],
): boolean {
	const listens = (ports: readonly ListeningPort[], at: string) =>
		ports.some((one) => one.port === port && one.transport === transport && one.address === at);
	if (listens(now, address)) return true;
	if (address.includes(":")) return listens(now, "::");
	const hasOwnSocket = listens(before, "::") && listens(before, "0.0.0.0");
	return listens(now, "0.0.0.0") || (!hasOwnSocket && listens(now, "::"));
}
