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

/**
 * Interfaces of the kernel, not storage. The sandbox has its own /proc, /sys and /dev; another one, in a chroot say, would show the host's processes
 * and with them ways to the host's files, terminals and queues.
 */
const hiddenTypes = new Set(
	(
		"proc sysfs cgroup cgroup2 devpts devtmpfs mqueue securityfs debugfs tracefs pstore bpf configfs fusectl hugetlbfs binfmt_misc " +
		"efivarfs selinuxfs nsfs rpc_pipefs"
	).split(" "),
);

/** Container storage: dozens of mounts that no service of the host looks into. */
const skippedBelow = ["/var/lib/docker", "/var/lib/containers", "/var/lib/kubelet", "/run/docker", "/run/netns", "/run/user"].map(
	pathFromText,
);

export const isSkipped = (path: Path) => skippedBelow.some((below) => isWithin(path, below));

export const isHidden = (mount: Pick<Mount, "type"> | undefined) => mount !== undefined && hiddenTypes.has(mount.type);

/** Nothing can be an overlay's lower layer that mounts something else as soon as it is entered. */
export const isAutomount = (mount: Pick<Mount, "type"> | undefined) => mount?.type === "autofs";

const ownTrees = [
	{ kind: "proc", path: pathFromText("/proc") },
	{ kind: "sysfs", path: pathFromText("/sys") },
	{ kind: "dev", path: pathFromText("/dev") },
] as const;

/**
 * How to rebuild the host's mounts in the sandbox: an overlay over all storage, single files and automounts read-only; proc, sysfs and /dev are new,
 * because they belong to the namespaces. `exists` returns undefined for what cannot be seen, or is neither of the two (a socket).
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
	const hidden: Path[] = ownTrees.map((tree) => tree.path);
	for (const mount of sorted) {
		const { path, readOnly } = mount;
		if (isHidden(mount)) hidden.push(path);
		if (isSkipped(path) || hidden.some((one) => isWithin(path, one))) continue;
		const there = exists(path);
		if (!there) continue;
		if (there === "file") result.push({ kind: "file", path });
		else if (isAutomount(mount)) result.push({ kind: "bind", path });
		else result.push({ kind: "overlay", path, scratch: join(scratch, String(result.length)), ...(readOnly ? { readOnly } : {}) });
	}
	return [...result, ...ownTrees.filter((tree) => exists(tree.path) === "directory")];
}
