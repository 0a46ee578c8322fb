import { words } from "../../native-program.ts";

export interface ProbeEntryKind {
	/** `join` enters the network of descriptor `net`, `new` creates an empty one, `host` stays. */
	readonly network: "join" | "new" | "host";
	/** First enters the user namespace of descriptor `user`, which owns the others. */
	readonly user: boolean;
	/** Mounts descriptor `root`, a directory in the mount namespace of descriptor `mnt`. */
	readonly root: boolean;
}

/** An empty directory in every proc(5); only the probe sees this one. Short, because a socket's path has at most 107 bytes. */
export const probeRoot = "/proc/driver";

/** Returns `struct kind` of native/probe-entry.c. */
export function probeEntryData({ network, root, user }: ProbeEntryKind): Buffer {
	return words(network === "join", network === "new", user, root);
}
