import type { Permissions } from "../plan/plan.ts";

/** What an application was seen to need. setuid bits have no permission: nothing in a cage may make a setuid file. */
export interface FilterPermissions {
	/** socket(AF_UNIX) and socketpair(AF_UNIX) with datagrams. */
	readonly unixSockets: boolean;
	/** socket(AF_NETLINK) for NETLINK_ROUTE. */
	readonly netlink?: boolean;
	readonly memfd: boolean;
	/** Memory that was written and is then executed: what compilers do that translate while the application runs. */
	readonly writableCode?: boolean;
	/** SOCK_RAW on AF_INET and AF_INET6; of use only with CAP_NET_RAW. */
	readonly rawSockets?: boolean;
	/** For applications that chroot by themselves; of use only with CAP_SYS_CHROOT. */
	readonly chroot?: boolean;
	/**
	 * Setting the clock; of use only with CAP_SYS_TIME. There is one clock for the whole machine, so a sandbox and a trial only pretend: the calls
	 * succeed and do nothing.
	 */
	readonly clock?: "real" | "pretended";
}

/**
 * The filter of the sandbox: everything that a plan could open is open, so that the trace shows whether it is needed. What no cage is ever
 * allowed is refused here already.
 */
export const sandboxPermissions: FilterPermissions = {
	unixSockets: true,
	netlink: true,
	memfd: true,
	writableCode: true,
	rawSockets: true,
	chroot: true,
	clock: "pretended",
};

/** The permissions of the filter that belong to what a plan opens. */
export function filterPermissions(permissions: Permissions): FilterPermissions {
	const has = (capability: string) => permissions.capabilities.some(({ idle, name }) => name === capability && !idle);
	return {
		unixSockets: permissions.unixSockets !== undefined,
		netlink: permissions.netlink !== undefined,
		memfd: permissions.memfd !== undefined,
		writableCode: permissions.writableCode !== undefined,
		rawSockets: has("net_raw"),
		chroot: has("sys_chroot"),
		...(has("sys_time") ? { clock: "real" as const } : {}),
	};
}
