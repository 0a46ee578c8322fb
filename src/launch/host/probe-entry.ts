import { closeSync, constants, openSync } from "node:fs";
import { pathOnly } from "../../base/host/descriptor.ts";
import { openProgram } from "../../base/host/file-flags.ts";
import { nativeProgram } from "../../base/host/release.ts";
import { intoNetwork, isRootless, sharesNamespace } from "../../base/host/rootless.ts";
import { requireTool } from "../../base/host/tools.ts";
import { words } from "../../base/native-program.ts";

interface ProbeEntryKind {
	/** `join` enters the network of descriptor `net`, `new` creates an empty one, `host` stays. */
	readonly network: "join" | "new" | "host";
	/** First enters the user namespace of descriptor `user`, which owns the others. */
	readonly user: boolean;
	/** Mounts descriptor `root`, a directory in the mount namespace of descriptor `mnt`. */
	readonly root: boolean;
}

/** An empty directory in every proc(5); only the probe sees this one. Short, because a socket's path has at most 107 bytes. */
const probeRoot = "/proc/driver";

/** Returns `struct kind` of native/probe-entry.c. */
export function probeEntryData({ network, root, user }: ProbeEntryKind): Buffer {
	return words(network === "join", network === "new", user, root);
}

/** The command of a probe, its descriptors from 3 on, and its path to the application's root. */
interface EnteredProbe {
	readonly words: readonly string[];
	readonly descriptors: readonly number[];
	readonly root: string | undefined;
	/** Closes the descriptors that were opened for this probe. */
	release(): void;
}

/** Where a probe runs. `init` is a process of the application, `network` a process that only provides the network. */
interface ProbePlace {
	readonly init: number | undefined;
	readonly network: number | undefined;
	readonly onHost: boolean;
}

/**
 * Runs a shell line in its own PID and mount namespaces, so that it leaves no process behind and follows no link of the
 * application. Returns undefined if the application has ended. An ordinary user who attached to a process of the same user
 * namespace gets neither: the process has no rights that the user does not have, and no new namespace could still see it.
 */
export function enterProbe(
	line: string,
	place: ProbePlace,
	executable: (kind: ProbeEntryKind) => number,
): EnteredProbe | undefined {
	const { init, network, onHost } = place;
	const joined = init ?? network;
	const shell = ["/bin/sh", "-c", line];
	const none = { descriptors: [], release() {} };
	if (isRootless() && joined === undefined) {
		const own = ["--user", "--map-current-user", ...(onHost ? [] : ["--net"]), "--pid", "--fork", "--kill-child", "--mount-proc"];
		// PID 1 gets no default signal actions, so the line runs as its child.
		const words = [requireTool("unshare"), ...own, "--", "/bin/sh", "-c", '/bin/sh -c "$1"; exit $?', "sh", line];
		return { words, root: undefined, ...none };
	}
	if (isRootless() && joined !== undefined && sharesNamespace(joined, "user")) {
		const root = init === undefined ? undefined : `/proc/${init}/root`;
		return { words: [...enter(joined, onHost), ...shell], root, ...none };
	}
	const kind: ProbeEntryKind = {
		network: joined === undefined ? (onHost ? "host" : "new") : isRootless() && sharesNamespace(joined, "net") ? "host" : "join",
		user: isRootless(),
		root: init !== undefined,
	};
	const program = executable(kind);
	const of = joined ?? "self";
	const opened: number[] = [];
	const release = () => opened.splice(0).forEach(closeSync);
	try {
		const { O_DIRECTORY, O_RDONLY } = constants;
		opened.push(openSync(`/proc/${of}/root`, pathOnly | O_DIRECTORY));
		for (const name of ["mnt", "net", "user"]) opened.push(openSync(`/proc/${of}/ns/${name}`, O_RDONLY));
	} catch {
		release();
		return undefined;
	}
	const descriptors = [...opened, program];
	// In the order that native/probe-entry.c expects.
	const words = [`/proc/self/fd/${3 + opened.length}`, ...shell];
	return { words, descriptors, root: kind.root ? probeRoot : undefined, release };
}

/** Descriptors of the executables, one for each kind. */
export class ProbePrograms {
	private readonly scratch: string;
	private readonly opened = new Map<string, number>();

	constructor(scratch: string) {
		this.scratch = scratch;
	}

	/** Throws `processor-unsupported` or `nowhere-executable` (both exit 3). */
	descriptor(kind: ProbeEntryKind): number {
		const key = JSON.stringify(kind);
		const known = this.opened.get(key);
		if (known !== undefined) return known;
		const descriptor = openProgram(this.scratch, nativeProgram("probe-entry", probeEntryData(kind)));
		this.opened.set(key, descriptor);
		return descriptor;
	}
}

/** The words that enter the application's network, or an empty one, as a person would type them. */
export function enter(network: number | undefined, onHost: boolean): string[] {
	if (network === undefined && onHost) return [];
	if (isRootless()) return network !== undefined && sharesNamespace(network, "net") ? [] : intoNetwork(network);
	return network === undefined
		? [requireTool("unshare"), "--net", "--"]
		: [requireTool("nsenter"), `--net=/proc/${network}/ns/net`, "--"];
}
