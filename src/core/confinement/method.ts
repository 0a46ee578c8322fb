import { Failure } from "../failure.ts";
import { wholeLandlock } from "./landlock.ts";
import { knows } from "./unit/versions.ts";

export const launcherName = "util-linux";

/** A layer that may be missing: `landlock` (not in the kernel), `pids` (a unit without a PID namespace). */
export const weaknesses = ["landlock", "pids"] as const;
export type Weakness = (typeof weaknesses)[number];

/** Determined by trying, never derived from a version. */
export interface Features {
	/** Error messages of a failed attempt to create a cage's namespaces; empty if it works. */
	readonly namespaces: readonly string[];
	readonly seccomp: boolean;
	/** Version of the kernel's Landlock interface, 0 without Landlock. */
	readonly landlock: number;
	/** Missing programs and options, like `unshare` or `setpriv --pdeathsig`. */
	readonly missing: readonly string[];
	/** Features of the installed setpriv. */
	readonly setpriv: { readonly landlock: boolean; readonly seccompFilter: boolean };
	/** Our own confiner exists for this processor. */
	readonly confiner: boolean;
}

export interface Method {
	/** The program that loads the filter and the Landlock rules. */
	readonly confiner: "setpriv" | "own";
	readonly landlock: number;
	readonly weaker: readonly Weakness[];
}

/** Throws `no-launcher` (exit status 3) with every missing requirement instead of starting a less confined cage. */
export function chooseMethod({ confiner: hasOwn, landlock, missing, namespaces, seccomp, setpriv }: Features): Method {
	// setpriv requests every right that it knows, and an older kernel refuses unknown ones.
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

/** Returns the layers that a unit cannot provide with this systemd version. */
export function unitWeaknesses(version: number): Weakness[] {
	return knows(version, "PrivatePIDs") ? [] : ["pids"];
}

/** Throws `not-full-…` (exit status 3) if every layer is required and one is missing. */
export function refuseWeaker([weakness]: readonly Weakness[], full = false): void {
	if (full && weakness) throw new Failure(`not-full-${weakness}`, {}, 3);
}
