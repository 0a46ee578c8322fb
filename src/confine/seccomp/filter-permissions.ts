import { omitUndefined } from "../../base/collections.ts";
import type { Identity } from "../../base/machine/facts.ts";
import type { Permissions } from "../permissions.ts";
import type { ObservedCalls } from "./observed-calls.ts";

/** What the filter permits beyond its default. Nothing permits setuid bits: no cage may create a setuid file. */
export interface FilterPermissions {
	/** socket(AF_UNIX) and socketpair(AF_UNIX) with datagrams. */
	readonly unixSockets: boolean;
	/** The application tries unix sockets and does without, which is nothing to record. */
	readonly triesUnix?: boolean;
	/** socket(AF_NETLINK) for NETLINK_ROUTE. */
	readonly netlink?: boolean;
	/** socket(AF_NETLINK) for NETLINK_KOBJECT_UEVENT. */
	readonly uevents?: boolean;
	/** socket(AF_PACKET); requires CAP_NET_RAW. */
	readonly packetSockets?: boolean;
	readonly memfd: boolean;
	/** Executing memory that was written before, as just-in-time compilers do. */
	readonly writableCode?: boolean;
	/** SOCK_RAW on AF_INET and AF_INET6; requires CAP_NET_RAW. */
	readonly rawSockets?: boolean;
	/** For applications that chroot themselves; requires CAP_SYS_CHROOT. */
	readonly chroot?: boolean;
	/** Setting the clock; requires CAP_SYS_TIME. In a sandbox and a trial the calls succeed without effect. */
	readonly clock?: "real" | "pretended";
	/** Refuses multipath TCP, whose ports Landlock does not judge. */
	readonly plainTcp?: boolean;
	/** Refuses every other call. Absent: the general filter. */
	readonly calls?: ObservedCalls;
	/** Absent in the sandbox and in profiles for container engines, which choose the account and its capabilities themselves. */
	readonly account?: LaunchAccount;
}

/** The account that the launcher gives to the application. */
export interface LaunchAccount {
	readonly uid: number;
	readonly gid: number;
	/** Its own, and those that its processes change to. */
	readonly uids: readonly number[];
	/** Number of supplementary groups. */
	readonly groups: number;
	/** Capabilities without which the kernel refuses certain arguments to it. The filter refuses them too, so that the kernel records it. */
	readonly lacks: readonly LackableCapability[];
}

export const lackable = ["chown", "setgid", "setuid", "setpcap", "sys_nice", "sys_resource"] as const;
export type LackableCapability = (typeof lackable)[number];

/** The sandbox permits everything that a plan could permit, so that the trace shows what is needed. */
export const sandboxPermissions: FilterPermissions = {
	unixSockets: true,
	netlink: true,
	uevents: true,
	packetSockets: true,
	memfd: true,
	writableCode: true,
	rawSockets: true,
	chroot: true,
	clock: "pretended",
};

/** Whether the application may bind only certain TCP ports. False for cages of older versions. */
export function limitsPorts({ ports, tcpPorts }: Permissions): boolean {
	return ports === undefined && tcpPorts !== undefined;
}

/** Whether abstract unix sockets of processes outside are closed. False for cages of older versions. */
export function limitsAbstractSockets({ abstractSockets, ports, tcpPorts }: Permissions): boolean {
	return abstractSockets === undefined && (ports !== undefined || tcpPorts !== undefined);
}

/** Returns the filter's permissions for a plan's permissions, and for the account that the application starts as. */
export function filterPermissions(permissions: Permissions, starter?: Starter): FilterPermissions {
	const has = (capability: string) => permissions.capabilities.some(({ idle, name }) => name === capability && !idle);
	return {
		unixSockets: permissions.unixSockets !== undefined,
		...(permissions.triesUnixSockets ? { triesUnix: true } : {}),
		netlink: permissions.netlink !== undefined,
		...(permissions.uevents === undefined ? {} : { uevents: true }),
		...(permissions.packetSockets === undefined ? {} : { packetSockets: true }),
		memfd: permissions.memfd !== undefined,
		writableCode: permissions.writableCode !== undefined,
		rawSockets: has("net_raw"),
		chroot: has("sys_chroot"),
		...(limitsPorts(permissions) ? { plainTcp: true } : {}),
		...(has("sys_time") ? { clock: "real" as const } : {}),
		...omitUndefined({ calls: permissions.calls }),
		...(starter ? { account: accountOf(starter, permissions) } : {}),
	};
}

/** An account, and the uids that its processes change to. */
type Starter = Pick<Identity, "uid" | "gid" | "groups"> & { readonly uids: readonly number[] };

function accountOf({ gid, groups, uid, uids }: Starter, { capabilities }: Permissions): LaunchAccount {
	const lacks = lackable.filter((name) => !capabilities.some((one) => one.name === name));
	return { uid, gid, groups: groups.length, uids: [...new Set([uid, ...uids])], lacks };
}
