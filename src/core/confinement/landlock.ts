import { type Path, pathFromText, root } from "../path/path.ts";

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

/** Read and execute everywhere, write in these directories alone and to the nodes of /dev: the same as the mounts say. */
export function landlockRules(writable: readonly Path[]): LandlockRule[] {
	return [
		{ path: root, rights: ["execute", "read-file", "read-dir"] },
		{ path: pathFromText("/dev"), rights: ["write-file"] },
		...writable.map((path) => ({ path, rights: write })),
	];
}

/** For setpriv(1) from util-linux 2.40 on. */
export function setprivLandlock(rules: readonly LandlockRule[]): string[] {
	return [
		...["--landlock-access", "fs"],
		...rules.flatMap(({ path, rights }) => ["--landlock-rule", `path-beneath:${rights.join(",")}:${path}`]),
	];
}

/** The bits of these rights, or of all, as far as this version of the interface has them: it refuses others (EINVAL). */
export function landlockMask(abi: number, names: readonly Right[] = Object.keys(rights) as Right[]): number {
	return names.reduce((mask, name) => mask | (rights[name].abi <= abi ? 1 << rights[name].bit : 0), 0);
}
