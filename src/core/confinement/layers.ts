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
