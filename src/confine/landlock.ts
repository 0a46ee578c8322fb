import { outermost, type Path, pathFromText, root } from "../base/path/path.ts";
import type { Permissions } from "./permissions.ts";

/**
 * Landlock rights by setpriv's names (landlock(7)), each with the interface version that introduced it (`abi`,
 * landlock_create_ruleset(2)). The kernel denies everything else, whatever mounts and modes say.
 */
const rights = {
	execute: { bit: 0, abi: 1 },
	"write-file": { bit: 1, abi: 1 },
	"read-file": { bit: 2, abi: 1 },
	"read-dir": { bit: 3, abi: 1 },
	"remove-dir": { bit: 4, abi: 1 },
	"remove-file": { bit: 5, abi: 1 },
	"make-char": { bit: 6, abi: 1 },
	"make-dir": { bit: 7, abi: 1 },
	"make-reg": { bit: 8, abi: 1 },
	"make-sock": { bit: 9, abi: 1 },
	"make-fifo": { bit: 10, abi: 1 },
	"make-block": { bit: 11, abi: 1 },
	"make-sym": { bit: 12, abi: 1 },
	refer: { bit: 13, abi: 2 },
	truncate: { bit: 14, abi: 3 },
	"ioctl-dev": { bit: 15, abi: 5 },
} as const;
export type Right = keyof typeof rights;

/** Processes outside that the application cannot reach by these means, whatever namespaces they share. */
const scopes = {
	/** Connecting or sending to abstract unix sockets. Others may still connect to the application's. */
	abstractSockets: { bit: 0, abi: 6 },
	signals: { bit: 1, abi: 6 },
} as const;
export type Scope = keyof typeof scopes;

/** The version of the interface that introduced each ability, oldest first. `records`: the kernel can record refusals. */
export const landlockSince = { truncate: 3, ports: 4, devices: 5, scopes: 6, records: 7 } as const;
export type LandlockAbility = keyof typeof landlockSince;

/** The newest version with rights, flags or limits that we use. */
export const newestLandlock = Math.max(...Object.values(landlockSince));

/** Returns what a kernel with this version cannot limit or record. */
export function lackingAbilities(abi: number): LandlockAbility[] {
	return (Object.keys(landlockSince) as LandlockAbility[]).filter((name) => landlockSince[name] > abi);
}

/** Rights for everything below a directory. */
export interface LandlockRule {
	readonly path: Path;
	readonly rights: readonly Right[];
}

const write: readonly Right[] = [
	...(["write-file", "read-file", "read-dir", "remove-dir", "remove-file", "make-dir", "make-reg", "make-sock"] as const),
	...(["make-fifo", "make-sym", "refer", "truncate"] as const),
];

/** Rights that are not handled are left to mounts and modes, and cost nothing. */
export interface LandlockRuleset {
	readonly handled: readonly Right[];
	readonly rules: readonly LandlockRule[];
	/** TCP ports that may be bound. Absent: any. */
	readonly ports?: readonly number[];
	readonly scopes: readonly Scope[];
}

/** Limits beyond files. */
export interface LandlockLimits {
	/** TCP ports to bind. Absent: any. */
	readonly ports?: readonly number[];
	/** Abstract unix sockets of processes outside may be used. */
	readonly abstractSockets?: boolean;
}

/**
 * Returns rules that match the mounts: reading and executing everywhere, writing only in these directories and to device nodes
 * in /dev, whose ioctl(2) commands work nowhere else. With `readsPass`, Landlock does not handle opening files for reading.
 *
 * Port 0 is always permitted: the kernel also chooses a free port for listen(2) without bind(2), which Landlock does not judge.
 */
export function landlockRuleset(
	writable: readonly Path[],
	readsPass: boolean,
	{ abstractSockets = false, ports }: LandlockLimits = {},
): LandlockRuleset {
	const handled = (Object.keys(rights) as Right[]).filter((right) => !(readsPass && openRights.includes(right)));
	const rules: LandlockRule[] = [
		{ path: root, rights: ["execute", "read-file", "read-dir"] },
		{ path: pathFromText("/dev"), rights: ["write-file", "ioctl-dev"] },
		// A rule covers everything below, and a unit's confiner could not open a directory in a closed one.
		...outermost(writable).map((path) => ({ path, rights: write })),
	];
	return {
		handled,
		rules: rules.map((rule) => ({ ...rule, rights: rule.rights.filter((right) => handled.includes(right)) })),
		...(ports ? { ports: [0, ...ports] } : {}),
		scopes: abstractSockets ? ["signals"] : ["abstractSockets", "signals"],
	};
}

/**
 * Rights that the kernel checks when a file is opened for reading, including whether the descriptor may truncate. If it handles
 * one of them, each open checks all directories up to the root and across mounts.
 */
const openRights: readonly Right[] = ["read-file", "read-dir", "truncate"];

/** The other layers that prevent reading outside the cage and truncating files in it. */
interface OtherLayers {
	readonly permissions: Pick<Permissions, "capabilities" | "unixSockets">;
	/** Started as root, or by the cage's owner without root. */
	readonly ownsCage: boolean;
	readonly binds: readonly { readonly access: "ro" | "rw" }[];
	/** A service manager passes sockets. */
	readonly sockets?: boolean;
}

/**
 * Returns whether at least two layers remain if Landlock does not handle reading. The rules allow reading everywhere in the
 * cage, so Landlock only refuses directories outside, reachable through a descriptor; the init closes those that were open, and
 * others can only arrive through unix sockets. Truncating needs no writable descriptor (truncate(2)); besides the read-only
 * mount, file modes refuse it to an account that owns nothing in the cage and cannot override modes.
 */
export function canSkipReads({ binds, permissions, ownsCage, sockets = false }: OtherLayers): boolean {
	const modesHold = !ownsCage && permissions.capabilities.every(({ name }) => name === "net_bind_service");
	return modesHold && permissions.unixSockets === undefined && !sockets && binds.every(({ access }) => access === "rw");
}

/** The bits of these rights, as far as this version of the interface has them: it refuses others (EINVAL). */
export function landlockMask(abi: number, names: readonly Right[]): number {
	return names.reduce((mask, name) => mask | (rights[name].abi <= abi ? 1 << rights[name].bit : 0), 0);
}

/** LANDLOCK_ACCESS_NET_BIND_TCP; 0 for an older version. */
export function bindMask(abi: number): number {
	return abi >= landlockSince.ports ? 1 : 0;
}

export function scopeMask(abi: number, names: readonly Scope[]): number {
	return names.reduce((mask, name) => mask | (scopes[name].abi <= abi ? 1 << scopes[name].bit : 0), 0);
}
