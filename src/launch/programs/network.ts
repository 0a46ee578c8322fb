import { addressBytes, padded, words } from "../../base/native-program.ts";

/** Requests of rtnetlink(7) as bytes. Numbers are those of linux/rtnetlink.h, if_link.h, if_addr.h and fib_rules.h, little-endian. */

const types = { setLink: 16, addAddress: 20, addRoute: 24, addRule: 32 } as const;
/** NLM_F_REQUEST | NLM_F_ACK, and NLM_F_CREATE | NLM_F_EXCL. */
const flags = { change: 0x5, create: 0x605 } as const;
const families = { v4: 2, v6: 10 } as const;
type Family = keyof typeof families;

const loopbackIndex = 1;
const mainTable = 254;

function request(type: keyof typeof types, flag: keyof typeof flags, header: Buffer, attributes: readonly Buffer[]): Buffer {
	const body = Buffer.concat([header, ...attributes]);
	const head = Buffer.alloc(16);
	head.writeUInt32LE(16 + body.length, 0);
	head.writeUInt16LE(types[type], 4);
	head.writeUInt16LE(flags[flag], 6);
	return Buffer.concat([head, body]);
}

/** struct rtattr, padded to four bytes. */
function attribute(type: number, value: Buffer): Buffer {
	const head = Buffer.alloc(4);
	head.writeUInt16LE(4 + value.length, 0);
	head.writeUInt16LE(type, 2);
	return padded(Buffer.concat([head, value]), 4);
}

const byte = (value: number) => Buffer.from([value]);
const text = (value: string) => Buffer.from(`${value}\0`);

/** struct ifinfomsg. */
const linkHeader = (index: number, flag = 0) => words(0, index, flag, flag);

/** Creates a network interface with this index. `mac` has six bytes. */
function createLink(kind: string, name: string, index: number, mac?: Buffer): Buffer {
	return request("setLink", "create", linkHeader(index), [
		attribute(3, text(name)), // IFLA_IFNAME
		...(mac ? [attribute(1, mac)] : []), // IFLA_ADDRESS
		attribute(18, attribute(1, text(kind))), // IFLA_LINKINFO, IFLA_INFO_KIND
	]);
}

/** The kernel adds no address of its own. */
function withoutOwnAddress(index: number): Buffer {
	const mode = attribute(8, byte(1)); // IFLA_INET6_ADDR_GEN_MODE, none
	return request("setLink", "change", linkHeader(index), [attribute(26, attribute(families.v6, mode))]); // IFLA_AF_SPEC
}

/** IFF_UP | IFF_MULTICAST; the loopback has no multicast. */
function raiseLink(index: number): Buffer {
	return request("setLink", "change", linkHeader(index, index === loopbackIndex ? 0x1 : 0x1001), []);
}

function addAddress(index: number, address: string, prefix: number): Buffer {
	const bytes = addressBytes(address);
	const header = Buffer.concat([Buffer.from([familyNumber(address), prefix, 0, 0]), words(index)]); // struct ifaddrmsg
	const broadcast = Buffer.from(bytes);
	if (bytes.length === 4) broadcast.writeUInt32BE((bytes.readUInt32BE() | (prefix < 32 ? 0xffff_ffff >>> prefix : 0)) >>> 0);
	const isBroadcast = bytes.length === 4 && prefix < 31 && index !== loopbackIndex;
	return request("addAddress", "create", header, [
		attribute(1, bytes), // IFA_ADDRESS
		attribute(2, bytes), // IFA_LOCAL
		...(isBroadcast ? [attribute(4, broadcast)] : []), // IFA_BROADCAST
		attribute(8, words(2)), // IFA_FLAGS: IFA_F_NODAD, so that it can be bound at once
	]);
}

/** Whether the gateway is in one of the interface's networks does not matter. */
function addDefaultRoute({ family, gateway }: DefaultRoute, index: number): Buffer {
	const scope = family === "v4" && gateway === undefined ? 253 : 0; // RT_SCOPE_LINK or RT_SCOPE_UNIVERSE
	// struct rtmsg: the main table, RTPROT_BOOT, RTN_UNICAST, RTNH_F_ONLINK.
	const header = Buffer.from([families[family], 0, 0, 0, mainTable, 3, scope, 1, gateway === undefined ? 0 : 4, 0, 0, 0]);
	return request("addRoute", "create", header, [
		attribute(4, words(index)), // RTA_OIF
		...(gateway === undefined ? [] : [attribute(5, addressBytes(gateway))]), // RTA_GATEWAY
	]);
}

/** A rule for packets. Lower priorities win. */
interface RoutingRule {
	readonly family: Family;
	readonly priority: number;
	/** `main`: the routes decide. */
	readonly action: "main" | "unreachable";
	/** ip(7), e.g. 17 for UDP. */
	readonly protocol?: number;
	readonly port?: number;
	readonly destination?: { readonly address: string; readonly prefix: number };
}

function addRule({ action, destination, family, port, priority, protocol }: RoutingRule): Buffer {
	const isMain = action === "main";
	// struct fib_rule_hdr: FR_ACT_TO_TBL, FR_ACT_UNREACHABLE
	const [table, code] = isMain ? [mainTable, 1] : [0, 7];
	const header = Buffer.from([families[family], destination?.prefix ?? 0, 0, 0, table, 0, 0, code, 0, 0, 0, 0]);
	const ports = Buffer.alloc(4);
	ports.writeUInt16LE(port ?? 0, 0);
	ports.writeUInt16LE(port ?? 0, 2);
	return request("addRule", "create", header, [
		attribute(6, words(priority)), // FRA_PRIORITY
		...(destination ? [attribute(1, addressBytes(destination.address))] : []), // FRA_DST
		...(protocol === undefined ? [] : [attribute(22, byte(protocol))]), // FRA_IP_PROTO
		...(port === undefined ? [] : [attribute(24, ports)]), // FRA_DPORT_RANGE
	]);
}

const isV6 = (address: string) => address.includes(":");
const familyNumber = (address: string) => families[isV6(address) ? "v6" : "v4"];

export const networkName = "cagewright-net";

/** A network interface of the machine. */
export interface NetworkInterface {
	readonly name: string;
	/** E.g. `02:fc:00:00:00:01`. Absent if it has none. */
	readonly mac?: string;
	/** Without those of the loopback's own networks, 127.0.0.0/8 and ::1. */
	readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
	/** Those that use it. */
	readonly defaultRoutes: readonly DefaultRoute[];
}

export interface DefaultRoute {
	readonly family: Family;
	/** Its address. Absent if every address is reached directly. No packet passes it, but start scripts look for it. */
	readonly gateway?: string;
}

/**
 * For a machine that has no address beyond the loopback's own: without one, getaddrinfo(3) with AI_ADDRCONFIG finds nothing. It has
 * no other interface, because an application that chooses one, such as one that captures packets, would choose it instead of the
 * loopback. The addresses are reserved for documentation (RFC 5737, RFC 3849).
 */
export const exampleLoopback: NetworkInterface = {
	name: "lo",
	addresses: [
		{ address: "192.0.2.1", prefix: 32 },
		{ address: "2001:db8::1", prefix: 128 },
	],
	defaultRoutes: [],
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
		...one.defaultRoutes.map((route) => ({ message: addDefaultRoute(route, index) })),
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
