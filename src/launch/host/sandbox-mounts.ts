import { createHash } from "node:crypto";
import {
	accessSync,
	chmodSync,
	chownSync,
	constants,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
} from "node:fs";
import { systemFiles } from "../../base/host/files.ts";
import { type Mount, topMounts } from "../../base/host/mounts.ts";
import { isRootless } from "../../base/host/rootless.ts";
import { ancestors, isWithin, join, type Path, pathFromBytes, pathFromText, pathToBytes, root } from "../../base/path/path.ts";
import { temporaryDirectories } from "../../confine/places.ts";
import { sandboxDevices } from "../../plan/devices.ts";
import type { CageRoot, SandboxMount, SandboxRoot } from "../launch.ts";
import type { SandboxLayer } from "../overlay.ts";
import type { Launch } from "../ports.ts";

/**
 * Kernel interfaces, not storage. The sandbox has its own /proc, /sys and /dev. Another instance, for example in a chroot, would
 * show the host's processes and so its files, terminals and queues.
 */
const hiddenTypes = new Set(
	(
		"proc sysfs cgroup cgroup2 devpts devtmpfs mqueue securityfs debugfs tracefs pstore bpf configfs fusectl hugetlbfs binfmt_misc " +
		"efivarfs selinuxfs nsfs rpc_pipefs"
	).split(" "),
);

/** Container storage: dozens of mounts that no host service reads. */
const skippedBelow = ["/var/lib/docker", "/var/lib/containers", "/var/lib/kubelet", "/run/docker", "/run/netns", "/run/user"].map(
	pathFromText,
);

const isSkipped = (path: Path) => skippedBelow.some((below) => isWithin(path, below));

const isHidden = (mount: Pick<Mount, "type"> | undefined) => mount !== undefined && hiddenTypes.has(mount.type);

/** An automount cannot be an overlay's lower layer, because entering it mounts something else. */
const isAutomount = (mount: Pick<Mount, "type"> | undefined) => mount?.type === "autofs";

const ownTrees = [
	{ kind: "proc", path: pathFromText("/proc") },
	{ kind: "sysfs", path: pathFromText("/sys") },
	{ kind: "dev", path: pathFromText("/dev") },
] as const;

/**
 * The folder of a directory's layers in a sandbox. It is named by the directory, because the second run must find the first one's
 * files there, and the host may mount something in between.
 */
export const layerIn = (folder: Path, directory: Path): Path =>
	join(folder, pathFromText(createHash("sha256").update(pathToBytes(directory)).digest("hex").slice(0, 16)));

/**
 * How to rebuild the host's mounts in the sandbox: an overlay over all storage, single files and automounts read-only; proc,
 * sysfs and /dev are new, because they belong to the namespaces. `exists` returns undefined for a path that is invisible or
 * neither file nor directory (a socket).
 */
export function sandboxMounts(
	mounts: readonly Mount[],
	scratch: Path,
	exists: (path: Path) => "directory" | "file" | undefined,
): SandboxMount[] {
	const sorted = [...mounts].sort((a, b) => a.path.length - b.path.length);
	// Inside a chroot, the root need not be a mount.
	if (sorted[0]?.path !== root) sorted.unshift({ path: root, type: "unknown", readOnly: false });
	const result: SandboxMount[] = [];
	const hidden: Path[] = ownTrees.map((tree) => tree.path);
	for (const mount of sorted) {
		const { path, readOnly } = mount;
		if (isHidden(mount)) hidden.push(path);
		if (isSkipped(path) || hidden.some((one) => isWithin(path, one))) continue;
		const there = exists(path);
		if (!there) continue;
		if (there === "file") result.push({ kind: "file", path });
		else if (isAutomount(mount)) result.push({ kind: "bind", path });
		else result.push({ kind: "overlay", path, scratch: layerIn(scratch, path), ...(readOnly ? { readOnly } : {}) });
	}
	return [...result, ...ownTrees.filter((tree) => exists(tree.path) === "directory")];
}

/** The devices of every sandbox, as far as this machine has them. */
export function harmlessDevices(): CageRoot["devices"] {
	return sandboxDevices.filter(({ path }) => lstatSync(pathToBytes(path), { throwIfNoEntry: false })?.isCharacterDevice());
}

/** Links directly below the host's /dev: `stdin` and similar, and `log` to the journal's socket. */
export function hostDeviceLinks(): SandboxRoot["deviceLinks"] {
	return readdirSync("/dev", { withFileTypes: true, encoding: "buffer" })
		.filter((entry) => entry.isSymbolicLink())
		.map(({ name }) => join(pathFromText("/dev"), pathFromBytes(name)))
		.filter((path) => path !== "/dev/ptmx");
}

/**
 * How to rebuild the mounts that a process sees for a sandbox, with its layers below `layers`. A launch that waits in its own mount
 * namespace sees them as they stay; ours may change at any time.
 */
export function hostMounts(
	spec: Extract<Launch, { kind: "sandbox" }>,
	layers: Path,
	process: number | "self" = "self",
): SandboxRoot["mounts"] {
	const mounts = topMounts(readFileSync(`/proc/${process}/mountinfo`, "latin1"));
	if (!isRootless()) return sandboxMounts(mounts, layers, kindOf);
	const wanted = [...spec.directories.map(({ path }) => path), ...spec.given].map((path) =>
		[path, ...ancestors(path).reverse()].find((one) => kindOf(one) === "directory"),
	);
	const open = [...temporaryDirectories, ...wanted.flatMap((path) => path ?? [])];
	return rootlessMounts(mounts, { scratch: layers, open, sockets: spec.sockets }, hostPlaces());
}

function kindOf(path: Path): "directory" | "file" | undefined {
	const status = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
	return status?.isDirectory() ? "directory" : status?.isFile() ? "file" : undefined;
}

/** Prepares the folders of the overlays, unless the launch does. */
export function makeLayers({ memory, mounts }: SandboxRoot): void {
	if (memory !== undefined) return;
	for (const mount of mounts) if (mount.kind === "overlay") makeLayer(mount);
}

/** A second run in the sandbox finds the first run's files. */
function makeLayer({ mode, path, scratch }: SandboxLayer): void {
	const [lower, upper, work] = ["lower", "upper", "work"].map((name) => pathToBytes(join(scratch, pathFromText(name))));
	const covered = statSync(pathToBytes(path), { throwIfNoEntry: false });
	if (!lower || !upper || !work || !covered || existsSync(upper)) return;
	mkdirSync(pathToBytes(scratch).toString(), { recursive: true });
	mkdirSync(work);
	symlinkSync(pathToBytes(path), lower);
	mkdirSync(upper);
	if (mode === undefined) chownSync(upper, covered.uid, covered.gid);
	chmodSync(upper, mode ?? covered.mode & 0o7777);
}

/** The host's files, as far as the rebuilding needs them. */
export interface Places {
	/** Undefined if it is not visible. */
	kind(path: Path): "directory" | "file" | "symlink" | "socket" | undefined;
	/**
	 * Permission bits for a new directory that belongs to the user: for somebody else's directory, the user's own rights, for
	 * everybody.
	 */
	mode(path: Path): number;
	list(path: Path): readonly Path[];
	target(path: Path): Path | undefined;
}

interface RootlessSandbox {
	/** The folder for the layers. */
	readonly scratch: Path;
	/**
	 * Directories that get their own layer on top. Nothing could be created in somebody else's directory otherwise, because the
	 * overlay would have to copy it with its owner.
	 */
	readonly open: readonly Path[];
	/** Sockets of neighbours. */
	readonly sockets: readonly Path[];
}

/**
 * How to rebuild the host's mounts for a sandbox in a user namespace. Mounts inherited from outside are locked together there
 * (mount_namespaces(7)): a bind or overlay of a directory fails while something is mounted below it (measured). So the parents of
 * mounts are created again as a skeleton, and everything else in them gets an overlay.
 */
export function rootlessMounts(
	mounts: readonly Mount[],
	{ open, scratch, sockets }: RootlessSandbox,
	places: Places,
): SandboxMount[] {
	const leading = new Set(mounts.flatMap(({ path }) => ancestors(path)));
	const result: SandboxMount[] = [{ kind: "skeleton", path: root }];
	const covering = (path: Path) =>
		mounts.filter((mount) => isWithin(path, mount.path)).sort((a, b) => b.path.length - a.path.length)[0];

	const directory = (path: Path) => {
		const mode = places.mode(path);
		result.push({ kind: "folder", path, mode });
		if (!(mode & 0o100)) return; // closed to the user
		if (path === "/proc") result.push({ kind: "proc", path });
		else if (path === "/sys") result.push({ kind: "sysfs", path });
		else if (path === "/dev") result.push({ kind: "dev", path });
		else if (isSkipped(path) || isHidden(covering(path))) return;
		else if (leading.has(path)) contents(path);
		else if (isAutomount(covering(path))) result.push({ kind: "bind", path });
		else overlay(path);
	};
	const overlay = (path: Path) =>
		result.push({
			kind: "overlay",
			path,
			scratch: layerIn(scratch, path),
			mode: places.mode(path),
			...(covering(path)?.readOnly ? { readOnly: true } : {}),
		});
	const contents = (above: Path) => {
		const led = mounts.flatMap(({ path }) => nextStep(above, path));
		for (const name of [...new Set([...places.list(above), ...led])].sort()) {
			const path = join(above, name);
			const kind = places.kind(path);
			if (kind === "directory") directory(path);
			else if (kind === "symlink") result.push({ kind: "link", path, target: places.target(path) ?? path });
			else if (kind === "file" || (kind === "socket" && sockets.includes(path))) result.push({ kind: "file", path });
		}
	};
	contents(root);
	const own = new Set(result.flatMap((mount) => (mount.kind === "overlay" ? mount.path : [])));
	for (const path of [...new Set(open)].sort()) {
		if (places.kind(path) === "directory" && !own.has(path) && !leading.has(path) && !isKernel(path) && !isSkipped(path))
			overlay(path);
	}
	return result;
}

const isKernel = (path: Path) => ["/proc", "/sys", "/dev"].some((tree) => isWithin(path, pathFromText(tree)));

/** The next component below `above` on the path to `path`. An unlistable directory can still be entered. */
function nextStep(above: Path, path: Path): Path[] {
	if (path === above || !isWithin(path, above)) return [];
	const rest = path.slice(above === root ? 1 : above.length + 1);
	return [rest.split("/")[0] as Path];
}

/** The host as an ordinary user sees it. */
function hostPlaces(): Places {
	const { list, readLink, status } = systemFiles();
	return {
		list,
		target: readLink,
		kind(path) {
			const kind = status(path)?.kind;
			return kind === "directory" || kind === "file" || kind === "symlink" || kind === "socket" ? kind : undefined;
		},
		mode(path) {
			const status = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
			if (status && status.uid === process.geteuid?.()) return status.mode & 0o777;
			const { R_OK, W_OK, X_OK } = constants;
			return [R_OK, W_OK, X_OK].filter((right) => may(path, right)).reduce((sum, right) => sum + right, 0) * 0o111;
		},
	};
}

/** The rights of access(2) have the same numbers as in a mode. */
function may(path: Path, right: number): boolean {
	try {
		accessSync(pathToBytes(path), right);
		return true;
	} catch {
		return false;
	}
}
