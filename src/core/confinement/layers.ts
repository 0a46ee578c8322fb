/**
 * The layers of confinement, each by a name of its own. A launch may leave some of them out, which no verb offers: the self-test does it to
 * prove that it would notice, and tests do it one at a time.
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
	/** A session of its own, and an environment with nothing but what the trace had. */
	"session",
	/** Descriptors from outside are closed by the init. */
	"descriptors",
	"environment",
	"capabilities",
	"no-new-privs",
	"landlock",
	"seccomp",
] as const;
export type Layer = (typeof layers)[number];

/** Options of a mount, without the flags that are left out. */
export function mountOptions(options: string, without: readonly Layer[] = []): string {
	return options
		.split(",")
		.filter((option) => !without.some((layer) => layer === option))
		.join(",");
}
