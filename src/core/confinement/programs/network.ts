import { padded, words } from "../../native-program.ts";
import {
	addAddress,
	addDefaultRoute,
	addRule,
	createLink,
	type Family,
	loopbackIndex,
	raiseLink,
	withoutOwnAddress,
} from "./netlink.ts";

export const networkName = "cagewright-net";

/** A network interface of the machine. */
export interface NetworkInterface {
	readonly name: string;
	/** E.g. `02:fc:00:00:00:01`. Absent if it has none. */
	readonly mac?: string;
	/** Without those of the loopback's own networks, 127.0.0.0/8 and ::1. */
	readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
	/** Families whose default route uses it. */
	readonly isDefault: readonly Family[];
}

/**
 * For a machine that has no address beyond the loopback. Without one, getaddrinfo(3) with AI_ADDRCONFIG finds nothing. The
 * addresses are reserved for documentation (RFC 5737, RFC 3849).
 */
export const exampleInterface: NetworkInterface = {
	name: "eth0",
	addresses: [
		{ address: "192.0.2.1", prefix: 24 },
		{ address: "2001:db8::1", prefix: 64 },
	],
	isDefault: ["v4", "v6"],
};

/** Returns the requests of native/network.c. */
export function networkData(interfaces: readonly NetworkInterface[]): Buffer {
	return encode(requestsFor(interfaces));
}

interface Request {
	readonly message: Buffer;
	/** Number of the next requests to skip if the kernel accepts this one, and if it refuses it. */
	readonly ifDone?: number;
	readonly ifRefused?: number;
	/** The program fails if the kernel refuses it. */
	readonly isRequired?: boolean;
}

/** `struct request` for each, and one without a message. */
function encode(requests: readonly Request[]): Buffer {
	const head = 16;
	const messages = requests.map(({ message }) => padded(message, head));
	const distance = (index: number, skipped = 0) =>
		messages.slice(index, index + 1 + skipped).reduce((sum, message) => sum + head + message.length, 0);
	const parts = requests.map(({ ifDone, ifRefused, isRequired, message }, index) => {
		const refused = isRequired ? 0 : distance(index, ifRefused);
		return Buffer.concat([words(message.length, distance(index, ifDone), refused, 0), messages[index] ?? message]);
	});
	return Buffer.concat([...parts, Buffer.alloc(head)]);
}

/** Kinds of interfaces that send no packet, the most usual first: not every kernel has each. */
const silentKinds = ["dummy", "ifb", "bridge"];

/** Above the indexes that the kernel chooses. */
const firstIndex = 1000;

function requestsFor(interfaces: readonly NetworkInterface[]): Request[] {
	const others = interfaces.filter(({ name }) => name !== "lo");
	return [
		{ message: raiseLink(loopbackIndex), isRequired: true },
		...interfaces.filter(({ name }) => name === "lo").flatMap((one) => addressRequests(one, loopbackIndex)),
		...routing("v4", "224.0.0.0", 4),
		...routing("v6", "ff00::", 8),
		...others.flatMap((one, position) => interfaceRequests(one, firstIndex + position)),
	];
}

/** If the kernel has none of the kinds, the loopback gets the addresses, because most applications only look for those. */
function interfaceRequests(one: NetworkInterface, index: number): Request[] {
	const instead = addressRequests(one, loopbackIndex);
	const own: Request[] = [
		{ message: withoutOwnAddress(index) },
		// The routes of IPv6 are lost when the interface goes up later.
		{ message: raiseLink(index) },
		...addressRequests(one, index),
		...one.isDefault.map((family) => ({ message: addDefaultRoute(family, index) })),
	];
	const after = (request: Request, skipped: number) => ({ ...request, ifDone: skipped, ifRefused: skipped });
	return [
		...silentKinds.map((kind, position) => ({
			message: createLink(
				kind,
				one.name,
				index,
				one.mac === undefined ? undefined : Buffer.from(one.mac.replaceAll(":", ""), "hex"),
			),
			ifDone: silentKinds.length - 1 - position + instead.length,
		})),
		...instead.map((request, position) => (position === instead.length - 1 ? after(request, own.length) : request)),
		...own,
	];
}

function addressRequests({ addresses }: NetworkInterface, index: number): Request[] {
	return addresses.map(({ address, prefix }) => ({ message: addAddress(index, address, prefix) }));
}

/**
 * Packets to other machines are refused at once, because nobody would answer. UDP follows the routes, since connecting a UDP
 * socket is the usual way to find the own address; its packets are lost. Name servers would be asked again and again for seconds,
 * so they are refused too. A kernel that ignores protocols of rules refuses all. The machine's own addresses have a rule of
 * priority 0.
 */
function routing(family: Family, groups: string, prefix: number): Request[] {
	const udp = 17;
	return [
		addRule({ family, priority: 998, action: "main", destination: { address: groups, prefix } }),
		addRule({ family, priority: 999, action: "unreachable", protocol: udp, port: 53 }),
		addRule({ family, priority: 1000, action: "main", protocol: udp }),
		addRule({ family, priority: 1001, action: "unreachable" }),
	].map((message) => ({ message }));
}
