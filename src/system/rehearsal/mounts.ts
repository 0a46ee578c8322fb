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

/** Kernel interfaces, not storage: what is written there is no file, and no overlay can lie over it. */
const kernelTypes = new Set(
	(
		"proc sysfs cgroup cgroup2 devpts mqueue securityfs debugfs tracefs pstore bpf configfs fusectl hugetlbfs binfmt_misc autofs " +
		"efivarfs nsfs rpc_pipefs selinuxfs ramfs"
	).split(" "),
);

/** Container storage: dozens of mounts that no service of the host looks into. */
const skippedBelow = ["/var/lib/docker", "/var/lib/containers", "/var/lib/kubelet", "/run/docker", "/run/netns", "/run/user"].map(
	pathFromText,
);

export const isSkipped = (path: Path) => skippedBelow.some((below) => isWithin(path, below));

/** Whether nothing can be written there, so that it is shown as it is. */
export const isBound = (mount: Pick<Mount, "type" | "readOnly"> | undefined) =>
	mount !== undefined && (mount.readOnly || kernelTypes.has(mount.type));

/**
 * How to rebuild the host's mounts for a rehearsal: an overlay over everything that can be written, the rest bound as it is,
 * proc and sysfs anew because they belong to the namespaces. `exists` tells whether a place can be seen and is a directory.
 */
export function rehearsalMounts(
	mounts: readonly Mount[],
	scratch: Path,
	exists: (path: Path) => "directory" | "file" | undefined,
): RehearsalMount[] {
	const sorted = [...mounts].sort((a, b) => a.path.length - b.path.length);
	// Inside another chroot the root need not be a mount of its own.
	if (sorted[0]?.path !== root) sorted.unshift({ path: root, type: "unknown", readOnly: false });
	const result: RehearsalMount[] = [];
	for (const { path, type, readOnly } of sorted) {
		if (isSkipped(path)) continue;
		// What the kernel shows below /proc and /sys is theirs; remounting those brings the parts that an application may see.
		if (path !== "/proc" && isWithin(path, pathFromText("/proc"))) continue;
		if (path !== "/sys" && isWithin(path, pathFromText("/sys"))) continue;
		const there = exists(path);
		if (!there) continue;
		if (path === "/proc") result.push({ kind: "proc", path });
		else if (path === "/sys") result.push({ kind: "sysfs", path });
		else if (path === "/dev/shm") result.push({ kind: "tmpfs", path });
		else if (there === "file" || isBound({ type, readOnly })) result.push({ kind: "bind", path });
		else result.push({ kind: "overlay", path, scratch: join(scratch, String(result.length)) });
	}
	return result;
}
