/** What was refused, by the names of the kernel's rights. */
export const reasonByRight = {
	"fs.change_topology": "file-tree",
	"fs.ioctl_dev": "foreign-device",
	"net.bind_tcp": "other-port",
	"scope.abstract_unix_socket": "foreign-socket",
	"scope.signal": "foreign-signal",
	ptrace: "foreign-memory",
} as const;
export type LandlockWhy = (typeof reasonByRight)[keyof typeof reasonByRight] | "foreign-file";

export const landlockReasons: readonly LandlockWhy[] = [...new Set(Object.values(reasonByRight)), "foreign-file"];

/** Also shown by an application whose configuration names another port or a socket of the host. */
const ordinary: ReadonlySet<LandlockWhy> = new Set(["foreign-device", "foreign-socket", "other-port"]);

export function landlockSeverity(why: LandlockWhy): "medium" | "high" {
	return ordinary.has(why) ? "medium" : "high";
}
