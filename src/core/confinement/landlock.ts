import { outermost, type Path, pathFromText, root } from "../path/path.ts";
import type { Permissions } from "../plan/plan.ts";

/**
 * What Landlock leaves an application: everything else is denied by the kernel, whatever the mounts and modes say. The rights are
 * those of landlock(7) by setpriv's names, each with the interface version that brought it (`abi`, landlock_create_ruleset(2)).
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
} as const;
export type Right = keyof typeof rights;

/** The version that knows all of these rights. */
export const wholeLandlock = 3;

/** What is allowed below a directory. */
export interface LandlockRule {
	readonly path: Path;
	readonly rights: readonly Right[];
}

const write: readonly Right[] = [
	...(["write-file", "read-file", "read-dir", "remove-dir", "remove-file", "make-dir", "make-reg", "make-sock"] as const),
	...(["make-fifo", "make-sym", "refer", "truncate"] as const),
];

/** Rules, and the rights that they are about: what is not handled is left to mounts and modes, and costs nothing. */
export interface LandlockRuleset {
	readonly handled: readonly Right[];
	readonly rules: readonly LandlockRule[];
}

/**
 * Read and execute everywhere, write in these directories alone and to the nodes of /dev: the same as the mounts say. With `readsPass`
 * opening a file for reading is none of its business.
 */
export function landlockRuleset(writable: readonly Path[], readsPass: boolean): LandlockRuleset {
	const handled = (Object.keys(rights) as Right[]).filter((right) => !(readsPass && asked.includes(right)));
	const rules: LandlockRule[] = [
		{ path: root, rights: ["execute", "read-file", "read-dir"] },
		{ path: pathFromText("/dev"), rights: ["write-file"] },
		// A rule holds for all below it, and what is in a closed directory cannot be opened by a unit's confiner.
		...outermost(writable).map((path) => ({ path, rights: write })),
	];
	return { handled, rules: rules.map((rule) => ({ ...rule, rights: rule.rights.filter((right) => handled.includes(right)) })) };
}

/**
 * What the kernel asks for when a file is opened for reading: whether it may be cut off by the same descriptor, too. If it has to judge one
 * of these, each opening goes up to the root, by way of every mount.
 */
const asked: readonly Right[] = ["read-file", "read-dir", "truncate"];

/** What there is beside Landlock against reading outside of the cage, and against cutting off what is in it. */
export interface BesideLandlock {
	readonly permissions: Pick<Permissions, "capabilities" | "unixSockets">;
	/** Started as root, or without root by the very user whom the cage belongs to. */
	readonly ownsCage: boolean;
	readonly binds: readonly { readonly access: "ro" | "rw" }[];
	/** Sockets that a service manager hands over. */
	readonly sockets?: boolean;
}

/**
 * Whether reading can be left to the other layers without there being fewer than two. The rules allow it everywhere in the cage, so only a
 * directory outside would be refused, of which a descriptor had to come in; the init closes those that were open, and others come
 * through unix sockets. Cutting a file off needs no writing descriptor (truncate(2)); beside the read-only mount the
 * modes refuse it to an account that owns nothing there and has no right to pass them over.
 */
export function readsMayPass({ binds, permissions, ownsCage, sockets = false }: BesideLandlock): boolean {
	const modesHold = !ownsCage && permissions.capabilities.every(({ name }) => name === "net_bind_service");
	return modesHold && permissions.unixSockets === undefined && !sockets && binds.every(({ access }) => access === "rw");
}

/** For setpriv(1) from util-linux 2.40 on. */
export function setprivLandlock({ handled, rules }: LandlockRuleset): string[] {
	return [
		...["--landlock-access", `fs:${handled.join(",")}`],
		...rules.flatMap(({ path, rights }) => ["--landlock-rule", `path-beneath:${rights.join(",")}:${path}`]),
	];
}

/** The bits of these rights, as far as this version of the interface has them: it refuses others (EINVAL). */
export function landlockMask(abi: number, names: readonly Right[]): number {
	return names.reduce((mask, name) => mask | (rights[name].abi <= abi ? 1 << rights[name].bit : 0), 0);
}
