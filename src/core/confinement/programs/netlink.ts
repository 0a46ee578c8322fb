import { padded, words } from "../../native-program.ts";
import { addressBytes } from "../../socket-address.ts";

/** Requests of rtnetlink(7) as bytes. Numbers are those of linux/rtnetlink.h, if_link.h, if_addr.h and fib_rules.h, little-endian. */

const types = { setLink: 16, addAddress: 20, addRoute: 24, addRule: 32 } as const;
/** NLM_F_REQUEST | NLM_F_ACK, and NLM_F_CREATE | NLM_F_EXCL. */
const flags = { change: 0x5, create: 0x605 } as const;
const families = { v4: 2, v6: 10 } as const;
export type Family = keyof typeof families;

export const loopbackIndex = 1;
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
export function createLink(kind: string, name: string, index: number, mac?: Buffer): Buffer {
	return request("setLink", "create", linkHeader(index), [
		attribute(3, text(name)), // IFLA_IFNAME
		...(mac ? [attribute(1, mac)] : []), // IFLA_ADDRESS
		attribute(18, attribute(1, text(kind))), // IFLA_LINKINFO, IFLA_INFO_KIND
	]);
}

/** The kernel adds no address of its own. */
export function withoutOwnAddress(index: number): Buffer {
	const mode = attribute(8, byte(1)); // IFLA_INET6_ADDR_GEN_MODE, none
	return request("setLink", "change", linkHeader(index), [attribute(26, attribute(families.v6, mode))]); // IFLA_AF_SPEC
}

/** IFF_UP | IFF_MULTICAST; the loopback has no multicast. */
export function raiseLink(index: number): Buffer {
	return request("setLink", "change", linkHeader(index, index === loopbackIndex ? 0x1 : 0x1001), []);
}

export function addAddress(index: number, address: string, prefix: number): Buffer {
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

/** A default route via an interface. */
export function addDefaultRoute(family: Family, index: number): Buffer {
	// struct rtmsg: the main table, RTPROT_BOOT, RT_SCOPE_LINK or RT_SCOPE_UNIVERSE, RTN_UNICAST.
	const header = Buffer.from([families[family], 0, 0, 0, mainTable, 3, family === "v4" ? 253 : 0, 1, 0, 0, 0, 0]);
	return request("addRoute", "create", header, [attribute(4, words(index))]); // RTA_OIF
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

export function addRule({ action, destination, family, port, priority, protocol }: RoutingRule): Buffer {
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
