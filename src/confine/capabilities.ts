/** Names by number (linux/capability.h, up to Linux 6.17), as setpriv writes them: lower case, without CAP_. */
export const capabilities = [
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
] as const;
export type Capability = (typeof capabilities)[number];

/** Capabilities of a root start in the sandbox whose use a trace can show. A cage has no others unless a rule names them. */
const tracedCapabilities: readonly Capability[] = [
	...(["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid"] as const),
	...(["net_bind_service", "net_raw", "sys_chroot", "sys_nice", "sys_resource"] as const),
];
/**
 * Capabilities that a rule may grant, because they only affect the application's own processes and network; and sys_time,
 * because the filter answers its calls (`clockCalls` in seccomp/filter.ts). The others change the machine: its modules, mounts,
 * devices, audit and power.
 */
const confinedCapabilities: readonly Capability[] = [...(["net_admin", "sys_ptrace", "lease", "sys_time"] as const)];

/**
 * Capabilities that a root start may keep without a question, because they reach nothing beyond its cage. capset(2) fails if it names one that the
 * process does not have, and most daemons then exit.
 *
 * - setpcap: gives up capabilities; it adds none that the bounding set lacks.
 * - net_broadcast: no kernel checks it (capabilities(7)).
 * - ipc_lock: locks memory that the cage's limits count already.
 * - ipc_owner: reaches the objects of the cage's own IPC namespace.
 * - audit_write: the launcher's filter opens no audit socket.
 *
 * net_admin is none of them, because it changes the host's network. Neither is lease, because it delays the host's access to shared files.
 */
const keepableCapabilities: readonly Capability[] = ["setpcap", "net_broadcast", "ipc_lock", "ipc_owner", "audit_write"];

/**
 * Capabilities that a root start may keep but not use: the filter refuses their calls until the administrator allows them. A
 * time server requests `sys_time` when it gives up root, and exits without it even if it only serves the time.
 */
const idleCapabilities: readonly Capability[] = ["sys_time"];

/** Returns whether the filter refuses the capability's calls until a rule allows it. */
export function isIdle(name: string): boolean {
	return (idleCapabilities as readonly string[]).includes(name);
}

/** Returns whether a root start that requests it with capset(2) gets it without asking the administrator. */
export function isKeepable(name: string): boolean {
	return ([...tracedCapabilities, ...keepableCapabilities, ...idleCapabilities] as readonly string[]).includes(name);
}

/** Returns the sandbox's capabilities. `allowed` are those that rules name; the sandbox grants only harmless ones. */
export function sandboxCapabilities(allowed: readonly string[]): readonly Capability[] {
	return [...tracedCapabilities, ...[...keepableCapabilities, ...confinedCapabilities].filter((name) => allowed.includes(name))];
}

/** Returns whether the sandbox grants a capability if a rule allows it. The others reach the machine. */
export function isGrantable(name: string): boolean {
	return (tracedRootCapabilities([name]) as readonly string[]).includes(name);
}

/** Returns all capabilities of a root start in the sandbox, where a trace shows which are kept and which are used. */
export function tracedRootCapabilities(allowed: readonly string[]): readonly Capability[] {
	return sandboxCapabilities([...allowed, ...keepableCapabilities, ...idleCapabilities]);
}

/** Returns all capabilities of an account in the sandbox: for ports below 1024, and those that rules name. */
export function tracedAccountCapabilities(allowed: readonly string[]): readonly Capability[] {
	return sandboxCapabilities(allowed).filter((name) => name === "net_bind_service" || allowed.includes(name));
}

/**
 * Returns those of a unit's capabilities that its account has in the sandbox without a question, as a root start does: a trace can
 * show whether they are used.
 */
export function traceableCapabilities(granted: readonly string[]): readonly Capability[] {
	return tracedCapabilities.filter((name) => granted.includes(name));
}

/** For the launcher's own programs in the sandbox: to enter the working directory, and to change account and capabilities. */
export const launchCapabilities: readonly Capability[] = ["dac_read_search", "kill", "setgid", "setuid", "setpcap"];

/** Returns the name in lower case without prefix for `CAP_CHOWN`, `cap_chown`, `Chown` or `chown`; undefined for other text. */
export function capabilityNamed(text: string): Capability | undefined {
	const name = text.trim().toLowerCase().replace(/^cap_/, "");
	return capabilities.find((one) => one === name);
}

/** Decodes a hexadecimal mask of /proc/PID/status (such as CapEff), lowest number first. Ignores newer bits. */
export function capabilitiesOfMask(hexadecimal: string): Capability[] {
	const mask = BigInt(`0x${hexadecimal}`);
	return capabilities.filter((_name, number) => (mask >> BigInt(number)) & 1n);
}

/** Returns the lower and the upper half of a set's mask. */
export function capabilityWords(names: readonly Capability[]): [low: number, high: number] {
	const mask = names.reduce((sum, name) => sum | (1n << BigInt(capabilities.indexOf(name))), 0n);
	return [Number(mask & 0xffff_ffffn), Number(mask >> 32n)];
}

/** Sorts by number and removes duplicates, so that the same set gives the same text. */
function ordered(names: readonly string[]): Capability[] {
	const wanted = new Set(names.map((name) => requireCapability(name)));
	return capabilities.filter((name) => wanted.has(name));
}

/** Throws a RangeError for an unknown name: a launch with it would fail, and "all" would grant everything. */
export function requireCapability(name: string): Capability {
	const capability = capabilityNamed(name);
	if (capability === undefined) throw new RangeError(`no capability is called ${JSON.stringify(name)}`);
	return capability;
}

/** For CapabilityBoundingSet= and AmbientCapabilities= (systemd.exec(5)); "" is the empty set. Throws a RangeError for an unknown name. */
export function systemdCaps(names: readonly string[]): string {
	return ordered(names)
		.map((name) => `CAP_${name.toUpperCase()}`)
		.join(" ");
}
