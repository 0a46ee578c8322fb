import { wholeLandlock } from "./landlock.ts";

/** Which program starts a cage on this machine, by what was found there, and what that way of starting cannot give. */

export const launcherNames = ["util-linux", "bubblewrap"] as const;
export type LauncherName = (typeof launcherNames)[number];

/**
 * A layer that is missing where the others hold: `landlock` (the kernel has none), `noexec` (what the application writes can be
 * executed), `proc` (the /proc that it needs shows the kernel's settings as well).
 */
export type Weakness = "landlock" | "noexec" | "proc";

/** What was found, by looking and trying; nothing of it is concluded from a version. */
export interface Features {
	/** Why the namespaces of a cage cannot be made, in the words of whoever tried; empty where they can. */
	readonly namespaces: readonly string[];
	readonly seccomp: boolean;
	/** Version of the kernel's Landlock interface, 0 where it has none. */
	readonly landlock: number;
	/** Programs and options of util-linux that the launch needs and that are not there; `setpriv --pdeathsig`. */
	readonly utilLinuxLacks: readonly string[];
	/** What the installed setpriv can do by itself. */
	readonly setpriv: { readonly landlock: boolean; readonly seccompFilter: boolean };
	/** The same of bubblewrap. */
	readonly bubblewrapLacks: readonly string[];
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

export interface Needs {
	/** The application is to see /proc. */
	readonly proc: boolean;
}

/** Why nothing is started: what each launcher that came into question lacks. Never an open launch instead. */
export interface NoMethod {
	readonly lacks: readonly string[];
}

/** The first that works, or only the one that is wanted. */
export function chooseMethod(features: Features, needs: Needs, wanted?: LauncherName): Method | NoMethod {
	const candidates = wanted === undefined ? launcherNames : [wanted];
	const basis = kernelLacks(features);
	const lacks = new Set(basis);
	for (const launcher of candidates) {
		const own = launcher === "util-linux" ? features.utilLinuxLacks : features.bubblewrapLacks;
		if (!own.length && !basis.length) {
			const { confiner, landlock } = confinerOf(features);
			return { launcher, confiner, landlock, weaker: weaknesses(launcher, features, needs) };
		}
		for (const one of own) lacks.add(one);
	}
	return { lacks: [...lacks] };
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

function weaknesses(launcher: LauncherName, features: Features, needs: Needs): Weakness[] {
	const weaker: Weakness[] = features.landlock ? [] : ["landlock"];
	// bwrap(1) has an option neither for noexec nor for procfs' hidepid= and subset=.
	if (launcher === "bubblewrap") weaker.push("noexec", ...(needs.proc ? (["proc"] as const) : []));
	return weaker;
}
