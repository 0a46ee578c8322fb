import { Failure } from "../failure.ts";
import { wholeLandlock } from "./landlock.ts";
import { knows } from "./unit/versions.ts";

/** Which program starts a cage on this machine, by what was found there, and what that way of starting cannot give. */

export const launcherNames = ["util-linux", "bubblewrap", "systemd-run"] as const;
export type LauncherName = (typeof launcherNames)[number];

/**
 * A layer that is missing where the others hold: `landlock` (the kernel has none), `pids` (a unit without a process namespace), `service` (systemd
 * makes no namespaces of host name and control groups for it, and says no `nodev`).
 */
export const weaknesses = ["landlock", "pids", "service"] as const;
export type Weakness = (typeof weaknesses)[number];

/** What was found, by looking and trying; nothing of it is concluded from a version. */
export interface Features {
	/** Why the namespaces of a cage cannot be made, in the words of whoever tried; empty where they can. */
	readonly namespaces: readonly string[];
	readonly seccomp: boolean;
	/** Version of the kernel's Landlock interface, 0 where it has none. */
	readonly landlock: number;
	/** Programs and options that each launcher needs and that are not there, like `unshare` or `setpriv --pdeathsig`. */
	readonly utilLinuxLacks: readonly string[];
	readonly bubblewrapLacks: readonly string[];
	readonly systemdRunLacks: readonly string[];
	/** Of the systemd that runs; 0 where none does. */
	readonly systemdVersion: number;
	/** What the installed setpriv can do by itself. */
	readonly setpriv: { readonly landlock: boolean; readonly seccompFilter: boolean };
	/** There is a program of ours for this processor that confines where setpriv cannot. */
	readonly confiner: boolean;
}

export interface Method {
	readonly launcher: LauncherName;
	/** What loads the filter and the Landlock rules inside: setpriv, or the program of ours. */
	readonly confiner: "setpriv" | "own";
	readonly landlock: number;
	readonly weaker: readonly Weakness[];
}

/** Why nothing is started: what each launcher that came into question lacks. Never an open launch instead. */
export interface NoMethod {
	readonly lacks: readonly string[];
}

/** The first that works, or only the one that is wanted. */
export function chooseMethod(features: Features, wanted?: LauncherName): Method | NoMethod {
	const candidates = wanted === undefined ? launcherNames : [wanted];
	const basis = kernelLacks(features);
	const lacks = new Set(basis);
	for (const launcher of candidates) {
		const own = lacksOf(launcher, features);
		if (!own.length && !basis.length) {
			const { confiner, landlock } = launcher === "systemd-run" ? ownConfiner(features) : confinerOf(features);
			const units: Weakness[] = launcher === "systemd-run" ? [...unitWeaknesses(features.systemdVersion), "service"] : [];
			return { launcher, confiner, landlock, weaker: [...(landlock ? [] : (["landlock"] as const)), ...units] };
		}
		for (const one of own) lacks.add(one);
	}
	return { lacks: [...lacks] };
}

/** Each is asked for only where it comes into question: some have to be looked up. */
function lacksOf(launcher: LauncherName, features: Features): readonly string[] {
	if (launcher === "util-linux") return features.utilLinuxLacks;
	if (launcher === "bubblewrap") return features.bubblewrapLacks;
	return [...features.systemdRunLacks, ...(features.confiner ? [] : ["x86_64"])];
}

/** What a unit cannot give under this version of systemd. */
export function unitWeaknesses(version: number): Weakness[] {
	return knows(version, "PrivatePIDs") ? [] : ["pids"];
}

/** Throws `not-full-…` (exit 3) where every layer is wanted and one is missing. */
export function refuseWeaker([weakness]: readonly Weakness[], launcher: string, full = false): void {
	if (full && weakness) throw new Failure(`not-full-${weakness}`, { launcher }, 3);
}

/** What no launcher can do without. */
function kernelLacks(features: Features): string[] {
	const lacks = [...features.namespaces];
	if (!features.seccomp) lacks.push("seccomp");
	if (confinerOf(features).confiner === "own" && !features.confiner) lacks.push("setpriv --seccomp-filter (util-linux 2.41)");
	return lacks;
}

/** setpriv where it can all of it; it asks for every right that it knows, and an older kernel refuses those that it does not. */
function confinerOf({ landlock, setpriv }: Features): Pick<Method, "confiner" | "landlock"> {
	const able = setpriv.landlock && setpriv.seccompFilter && landlock >= wholeLandlock;
	return { confiner: able ? "setpriv" : "own", landlock };
}

const ownConfiner = ({ landlock }: Features) => ({ confiner: "own", landlock }) as const;
