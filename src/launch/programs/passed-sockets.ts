import { families, ipAddress, padded, unixAddress, words } from "../../base/native-program.ts";
import { nonBlocking, type PassedSocket, type SocketOption, socketPlace, standardInput } from "../../service/passed-socket.ts";

export const acceptorName = "cagewright-accept";
export const socketsName = "cagewright-sock";

/** With the owner's numbers; -1 keeps the creator's. */
export interface OwnedSocket extends PassedSocket {
	readonly uid: number;
	readonly gid: number;
}

interface SocketsKind {
	/** The working directory is the root while they are opened. Two descriptors, closed on exec, lead back. */
	readonly entersRoot: boolean;
	/** False if everything belongs to one account, so that links cannot mislead another one. */
	readonly checksLinks: boolean;
	/** False without IPv6 in the kernel: then a port alone means IPv4. */
	readonly ipv6: boolean;
	/** For the next program. */
	readonly umask: number;
}

/** Variables with which the application finds them. native/environment.c fills in the process id. */
export function socketVariables(sockets: readonly Pick<PassedSocket, "name" | "options">[]): Record<string, string> {
	if (!sockets.length || isPerConnection(sockets)) return {};
	return {
		LISTEN_PID: processIdPlace,
		LISTEN_FDS: String(sockets.length),
		LISTEN_FDNAMES: sockets.map(({ name }) => name).join(":"),
	};
}

/** Returns whether the application starts for each connection. */
export function isPerConnection(sockets: readonly Pick<PassedSocket, "options">[]): boolean {
	return sockets.some(({ options: set }) => set.includes("per-connection"));
}

/** native/environment.c writes the application's own number instead. */
export const processIdPlace = "0";

const types = { stream: 1, datagram: 2, seqpacket: 5 };
/** SOCK_NONBLOCK. */
const nonBlockingType = 0x800;
/** Level and name for setsockopt(2). */
const options: Readonly<
	Record<
		Exclude<SocketOption, "per-connection" | "pass-packet-info" | typeof nonBlocking | typeof standardInput>,
		readonly [number, number]
	>
> = {
	broadcast: [1, 6],
	"free-bind": [0, 15],
	"ipv6-only": [41, 26],
	"pass-credentials": [1, 16],
	"reuse-port": [1, 15],
};
const reuseAddress = [1, 2] as const;

/** Returns `struct sockets` of native/sockets.c and the sockets behind it. */
export function socketsData(sockets: readonly OwnedSocket[], { checksLinks, entersRoot, ipv6, umask }: SocketsKind): Buffer {
	const isInput = sockets.length === 1 && sockets[0]?.options.includes(standardInput);
	return Buffer.concat([
		words(entersRoot, checksLinks, isInput, umask, sockets.length),
		...sockets.map((socket) => socketBytes(socket, ipv6)),
	]);
}

/** Returns the data of native/accept.c for this number of sockets. */
export const acceptorData = (sockets: number) => words(sockets);

function socketBytes(socket: OwnedSocket, ipv6: boolean): Buffer {
	const address = addressOf(socket, ipv6);
	const family = address.readUInt16LE();
	const set = optionsOf(socket, family);
	const type = types[socket.kind] | (socket.options.includes(nonBlocking) ? nonBlockingType : 0);
	const numbers = [family, type, socket.uid, socket.gid, socket.mode, set.length, address.length];
	const options = words(...set.flatMap(([place, value]) => [...place, value]));
	const rest = padded(Buffer.concat([words(...numbers), options, address, text(socket.address)]), 4);
	return Buffer.concat([words(4 + rest.length), rest]);
}

function optionsOf({ kind, options: requested }: OwnedSocket, family: number): [readonly [number, number], boolean][] {
	const set = requested.flatMap((option): [readonly [number, number], boolean][] => {
		if (option === "per-connection" || option === nonBlocking || option === standardInput) return [];
		// IP_PKTINFO, or IPV6_RECVPKTINFO for IPv6.
		if (option === "pass-packet-info") return [[family === families.inet6 ? [41, 49] : [0, 8], true]];
		return [[options[option], true]];
	});
	const dual = family === families.inet6 && !requested.includes("ipv6-only");
	return [...(kind === "stream" ? [[reuseAddress, true] as [typeof reuseAddress, boolean]] : []), ...set].concat(
		// systemd uses the kernel's default, which the sandbox's network has too.
		dual ? [[options["ipv6-only"], false]] : [],
	);
}

function addressOf({ address }: OwnedSocket, ipv6: boolean): Buffer {
	const place = socketPlace(address);
	if (place === undefined) throw new Error(`no socket address: ${address}`);
	if (place.family === "unix") return unixAddress(`${place.path}\0`);
	if (place.family === "abstract") return unixAddress(`\0${place.name}`);
	const isAny4 = place.family === "inet6" && place.any && !ipv6;
	return ipAddress(Buffer.from(isAny4 ? [0, 0, 0, 0] : place.host), place.port);
}

function text(value: string): Buffer {
	return Buffer.from(`${value}\0`);
}
