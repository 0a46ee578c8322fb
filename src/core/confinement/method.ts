import { Failure } from "../failure.ts";
import { wholeLandlock } from "./landlock.ts";
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
	/** What the installed setpriv can do by itself. */
	readonly setpriv: { readonly landlock: boolean; readonly seccompFilter: boolean };
	/** There is a program of ours for this processor that confines where setpriv cannot. */
	readonly confiner: boolean;
}

export interface Method {
	/** The program that loads the filter and the Landlock rules inside: setpriv or our own. */
	readonly confiner: "setpriv" | "own";
	readonly landlock: number;
	readonly weaker: readonly Weakness[];
}

/** Throws `no-launcher` (exit 3), which names every missing requirement, instead of ever starting a cage with less. */
export function chooseMethod({ confiner: hasOwn, landlock, missing, namespaces, seccomp, setpriv }: Features): Method {
	// setpriv asks for every right that it knows, and an older kernel refuses those that it does not know.
	const able = setpriv.landlock && setpriv.seccompFilter && landlock >= wholeLandlock;
	const confiner = able ? "setpriv" : "own";
	const requirements = [
		...namespaces,
		...(seccomp ? [] : ["seccomp"]),
		...(able || hasOwn ? [] : ["setpriv --seccomp-filter (util-linux 2.41)"]),
		...missing,
	];
	if (requirements.length) throw new Failure("no-launcher", { requirements: requirements.join(", ") }, 3);
	return { confiner, landlock, weaker: landlock ? [] : ["landlock"] };
}

/** The layers that a unit cannot give under this version of systemd. */
export function unitWeaknesses(version: number): Weakness[] {
	return knows(version, "PrivatePIDs") ? [] : ["pids"];
}

/** Throws `not-full-…` (exit 3) where every layer is wanted and one is missing. */
export function refuseWeaker([weakness]: readonly Weakness[], full = false): void {
	if (full && weakness) throw new Failure(`not-full-${weakness}`, {}, 3);
}
