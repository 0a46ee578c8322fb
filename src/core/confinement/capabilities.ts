/**
 * Names of capabilities(7), each at the place of its number (linux/capability.h, up to Linux 6.17), as setpriv writes them:
 * lower case, without CAP_.
 */
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

/**
 * What an application that starts as root has in the sandbox: the capabilities of which a trace can show the need. A cage has no others either,
 * unless a rule names them.
 */
const tracedCapabilities: readonly Capability[] = [
	...(["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid"] as const),
	...(["net_bind_service", "net_raw", "sys_chroot", "sys_nice", "sys_resource"] as const),
];
/**
 * Those that act on nothing but its own processes and network, and the one for the clock, because the filter answers the calls that it is for
 * (`clockCalls` in seccomp.ts). The others change the machine: its modules, mounts, devices, audit and power.
 */
const confinedCapabilities: readonly Capability[] = [
	...(["setpcap", "net_broadcast", "net_admin", "ipc_lock", "ipc_owner", "sys_ptrace", "lease", "sys_time"] as const),
];

/** `allowed`: what rules name. Of that, the sandbox grants what stays within it. */
export function sandboxCapabilities(allowed: readonly string[]): readonly Capability[] {
	return [...tracedCapabilities, ...confinedCapabilities.filter((name) => allowed.includes(name))];
}

/** What the launcher's own programs need inside the sandbox: to enter the working directory, and to change account and capabilities. */
export const launchCapabilities: readonly Capability[] = ["dac_read_search", "kill", "setgid", "setuid", "setpcap"];

const numbers: ReadonlyMap<string, number> = new Map(capabilities.map((name, number) => [name, number]));

/** The name as this program writes it, from `CAP_CHOWN`, `cap_chown`, `Chown` or `chown`; undefined for what is none. */
export function capabilityNamed(text: string): Capability | undefined {
	const number = numbers.get(text.trim().toLowerCase().replace(/^cap_/, ""));
	return number === undefined ? undefined : capabilities[number];
}

export function capabilityNumber(name: Capability): number {
	return capabilities.indexOf(name);
}

/** Undefined where the number is newer than the table. */
export function capabilityAt(number: number): Capability | undefined {
	return capabilities[number];
}

/** The set bits of a mask in /proc/PID/status (CapEff and its like: hexadecimal), lowest number first. Newer bits are left out. */
export function capabilitiesOfMask(hexadecimal: string): Capability[] {
	const mask = BigInt(`0x${hexadecimal}`);
	return capabilities.filter((_name, number) => (mask >> BigInt(number)) & 1n);
}

/** Only the known ones, each once, in the order of their numbers: the same set gives the same text. */
function ordered(names: readonly string[]): Capability[] {
	const wanted = new Set(names.map((name) => known(name)));
	return capabilities.filter((name) => wanted.has(name));
}

function known(name: string): Capability {
	const capability = capabilityNamed(name);
	// A name that setpriv does not know would make it fail at every launch; "all" would open everything.
	if (capability === undefined) throw new RangeError(`no capability is called ${JSON.stringify(name)}`);
	return capability;
}

/**
 * For `setpriv --bounding-set`, `--inh-caps` and `--ambient-caps` (setpriv(1)): everything goes but these. Throws a RangeError for a
 * name that is no capability.
 */
export function setprivCaps(names: readonly string[]): string {
	return ["-all", ...ordered(names).map((name) => `+${name}`)].join(",");
}

/** For CapabilityBoundingSet= and AmbientCapabilities= (systemd.exec(5)); empty text is the empty set. Throws like setprivCaps. */
export function systemdCaps(names: readonly string[]): string {
	return ordered(names)
		.map((name) => `CAP_${name.toUpperCase()}`)
		.join(" ");
}
