import type { RehearsalMount } from "../../core/confinement/launch.ts";
import { isWithin, join, type Path, pathFromText, root } from "../../core/path/path.ts";

/** One line of /proc/self/mountinfo, as far as we use it (proc_pid_mountinfo(5)). */
export interface Mount {
	readonly path: Path;
	readonly type: string;
	readonly readOnly: boolean;
}

/** Mounts in the order in which they were made; where one covers another at the same place, the last one. */
export function parseMountinfo(text: string): Mount[] {
	const mounts = new Map<Path, Mount>();
	for (const line of text.split("\n")) {
		const fields = line.split(" ");
		const separator = fields.indexOf("-");
		const [point, options, type, superOptions] = [fields[4], fields[5], fields[separator + 1], fields[separator + 3]];
		if (separator < 0 || !point || !options || !type) continue;
		const path = point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) as Path;
		const readOnly = [options, superOptions ?? ""].some((list) => list.split(",").includes("ro"));
		mounts.delete(path);
		mounts.set(path, { path, type, readOnly });
	}
	return [...mounts.values()];
}

/** Kernel interfaces, not storage: what is written there is no file, and no overlay can be laid over it. They are shown read-only. */
const kernelTypes = new Set(
	(
		"proc sysfs cgroup cgroup2 devpts devtmpfs mqueue securityfs debugfs tracefs pstore bpf configfs fusectl hugetlbfs binfmt_misc " +
		"autofs efivarfs selinuxfs"
	).split(" "),
);

/** Handles of namespaces, and pipes to daemons of the host: what is done with them is no writing. */
const hiddenTypes = new Set(["nsfs", "rpc_pipefs"]);

/** Container storage: dozens of mounts that no service of the host looks into. */
const skippedBelow = ["/var/lib/docker", "/var/lib/containers", "/var/lib/kubelet", "/run/docker", "/run/netns", "/run/user"].map(
	pathFromText,
);

export const isSkipped = (path: Path) => skippedBelow.some((below) => isWithin(path, below));

export const isKernelInterface = (mount: Pick<Mount, "type"> | undefined) => mount !== undefined && kernelTypes.has(mount.type);

const ownTrees = [
	{ kind: "proc", path: pathFromText("/proc") },
	{ kind: "sysfs", path: pathFromText("/sys") },
	{ kind: "dev", path: pathFromText("/dev") },
] as const;

/**
 * How to rebuild the host's mounts in the sandbox: an overlay over all storage, kernel interfaces and single files read-only; proc, sysfs and
 * /dev are new, because they belong to the namespaces. `exists` returns undefined for what cannot be seen, or is neither of the two (a socket).
 */
export function sandboxMounts(
	mounts: readonly Mount[],
	scratch: Path,
	exists: (path: Path) => "directory" | "file" | undefined,
): RehearsalMount[] {
	const sorted = [...mounts].sort((a, b) => a.path.length - b.path.length);
	// Inside another chroot the root need not be a mount of its own.
	if (sorted[0]?.path !== root) sorted.unshift({ path: root, type: "unknown", readOnly: false });
	const result: RehearsalMount[] = [];
	for (const { path, type, readOnly } of sorted) {
		if (isSkipped(path) || hiddenTypes.has(type) || ownTrees.some((tree) => isWithin(path, tree.path))) continue;
		const there = exists(path);
		if (!there) continue;
		if (there === "file") result.push({ kind: "file", path });
		else if (isKernelInterface({ type })) result.push({ kind: "bind", path });
		else {
			result.push({ kind: "overlay", path, scratch: join(scratch, String(result.length)), ...(readOnly ? { readOnly } : {}) });
		}
	}
	return [...result, ...ownTrees.filter((tree) => exists(tree.path) === "directory")];
}
