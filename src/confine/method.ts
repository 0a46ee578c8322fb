import { Failure } from "../base/failure.ts";

/**
 * Names of the confinement's layers. A launch can omit some, which no verb offers: the self-test proves that way that it would
 * notice, and tests omit one at a time.
 */
export const layers = [
	/** Flags of every mount (mount(8)). */
	"ro",
	"nosuid",
	"nodev",
	"noexec",
	/** Namespaces (namespaces(7)). */
	"pid",
	"ipc",
	"uts",
	"cgroup",
	"net",
	/** The cage is the root of its mount namespace, not only of its processes. */
	"root",
	/** Its own session, and an environment with only the traced variables. */
	"session",
	/** The init closes inherited descriptors. */
	"descriptors",
	"environment",
	"capabilities",
	"no-new-privs",
	"landlock",
	"seccomp",
] as const;
export type Layer = (typeof layers)[number];

/** Returns mount options without the omitted flags. */
export function mountOptions(options: string, without: readonly Layer[] = []): string {
	return options
		.split(",")
		.filter((option) => !without.some((layer) => layer === option))
		.join(",");
}

export const launcherName = "util-linux";

/** A layer that may be missing: `landlock` (not in the kernel). */
export const weaknesses = ["landlock"] as const;
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
}

export interface Method {
	/** Version of the kernel's Landlock interface; 0: the kernel has none. */
	readonly landlock: number;
	readonly weaker: readonly Weakness[];
}

/** Throws `no-launcher` (exit status 3) with every missing requirement instead of starting a less confined cage. */
export function chooseMethod({ landlock, missing, namespaces, seccomp }: Features): Method {
	const requirements = [...namespaces, ...(seccomp ? [] : ["seccomp"]), ...missing];
	if (requirements.length) throw new Failure("no-launcher", { requirements: requirements.join(", ") }, 3);
	return { landlock, weaker: landlock ? [] : ["landlock"] };
}

/** Throws `not-full-…` (exit status 3) if every layer is required and one is missing. */
export function refuseWeaker([weakness]: readonly Weakness[], full = false): void {
	if (full && weakness) throw new Failure(`not-full-${weakness}`, {}, 3);
}
