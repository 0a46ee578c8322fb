import { Failure } from "../failure.ts";
import { knows } from "./unit/versions.ts";

/** How a cage is confined on this machine, and which layer that cannot give. util-linux makes the namespaces everywhere. */

export const launcherName = "util-linux";

/** A layer that is missing where the others hold: `landlock` (the kernel has none), `pids` (a unit without a process namespace). */
export const weaknesses = ["landlock", "pids"] as const;
export type Weakness = (typeof weaknesses)[number];

/** Found by looking and trying, never concluded from a version. */
export interface Features {
	/** Why the namespaces of a cage cannot be made, in the words of the program that tried; empty where they can. */
	readonly namespaces: readonly string[];
	readonly seccomp: boolean;
	/** Version of the kernel's Landlock interface, 0 where it has none. */
	readonly landlock: number;
	/** Missing programs and options, like `unshare` or `setpriv --pdeathsig`. */
	readonly missing: readonly string[];
}

export interface Method {
	/** Version of the kernel's Landlock interface; 0: the kernel has none. */
	readonly landlock: number;
	readonly weaker: readonly Weakness[];
}

/** Throws `no-launcher` (exit 3), which names every missing requirement, instead of ever starting a cage with less. */
export function chooseMethod({ landlock, missing, namespaces, seccomp }: Features): Method {
	const requirements = [...namespaces, ...(seccomp ? [] : ["seccomp"]), ...missing];
	if (requirements.length) throw new Failure("no-launcher", { lacks: requirements.join(", ") }, 3);
	return { landlock, weaker: landlock ? [] : ["landlock"] };
}

/** The layers that a unit cannot give under this version of systemd. */
export function unitWeaknesses(version: number): Weakness[] {
	return knows(version, "PrivatePIDs") ? [] : ["pids"];
}

/** Throws `not-full-…` (exit 3) where every layer is wanted and one is missing. */
export function refuseWeaker([weakness]: readonly Weakness[], full = false): void {
	if (full && weakness) throw new Failure(`not-full-${weakness}`, {}, 3);
}
