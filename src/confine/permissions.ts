import type { Path } from "../base/path/path.ts";
import type { ObservedCalls } from "./seccomp/observed-calls.ts";

interface PlannedCapability {
	/** Lower case, without CAP_, as setpriv(1) takes it. */
	readonly name: string;
	readonly why: string;
	/** The application keeps this capability, but the filter refuses its calls unless a rule allows them. */
	readonly idle?: true;
}

/** Everything that the confinement allows beyond the default. Each value says what showed the need. */
export interface Permissions {
	readonly capabilities: readonly PlannedCapability[];
	readonly proc?: string;
	/** Writing the files of its own processes in /proc, such as oom_score_adj and its memory; with `proc`. */
	readonly ownProcess?: string;
	/** The kernel's files in /proc (loadavg, stat, meminfo, net and so on), without other users' processes. */
	readonly kernelProc?: string;
	readonly sys?: string;
	readonly unixSockets?: string;
	/** The application tried unix sockets without success, as libc does to reach nscd. It does without. */
	readonly triesUnixSockets?: true;
	/** Netlink, limited to routing: the host's addresses and routes. */
	readonly netlink?: string;
	/** The kernel's messages about devices (NETLINK_KOBJECT_UEVENT). Only the administrator can add it, as well as `packetSockets`. */
	readonly uevents?: string;
	/** Reading and forging every packet of its network (packet(7)). */
	readonly packetSockets?: string;
	/** Sending and receiving multicast and broadcast. Only a systemd unit can refuse it; the launcher cannot. */
	readonly multicast?: string;
	/** Setting its own priority, affinity or limits. Only a systemd unit can refuse these calls; the launcher cannot. */
	readonly scheduling?: string;
	/** The host's socket that is mounted as `/dev/log`. */
	readonly syslog?: Path;
	readonly memfd?: string;
	/** Memory that is written and then executed. */
	readonly writableCode?: string;
	/** Any TCP port may be bound. Absent: only `tcpPorts` and free ones that the kernel chooses. */
	readonly ports?: string;
	/** Absent, with `ports` absent: a cage of an older version, which is not limited. */
	readonly tcpPorts?: readonly number[];
	/** Abstract unix sockets of processes outside. */
	readonly abstractSockets?: string;
	/** Writable directories from which the application may execute files. */
	readonly executableData?: readonly Path[];
	/** The filter refuses all other system calls. Absent: the general filter. */
	readonly calls?: ObservedCalls;
	/** Needs that the trace showed and a rule refuses, named as in `--refuse`. */
	readonly refused?: readonly { readonly name: string; readonly why: string }[];
}
