import { by, omitUndefined } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import { ancestors, clean, isWithin, type Path, pathFromText, root } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { launchDirectory, temporaryDirectories } from "../confine/places.ts";
import { judgeDevice } from "../plan/devices.ts";
import type { Entry, Plan, Reason } from "../plan/plan.ts";

const devices = pathFromText("/dev");
const kernel = pathFromText("/proc");

/** Directory in a cage's data for state that only other generations mount. No application has a top directory of this name. */
export const separateDataName = pathFromText(".cagewright-apart");

/** The account that owns all files of a cage that was built without root. */
export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/**
 * Returns everything that the build writes for a plan, directories before their content: the included entries, all directories
 * above them, and an empty directory for each mount point. Only the owner may write (the cage is read-only; the application
 * writes to `data/`). Setuid and setgid bits are removed unless a rule allows the path.
 *
 * Refuses a path below a file, and a path that the build could follow out of the cage (`..`, NUL).
 */
export function cageEntries(plan: Plan, owner?: Owner): Entry[] {
	const placed = new Map<Path, Entry>();
	const mounts = mountPoints(plan);
	const covered = [...mounts].filter(([, { hides }]) => hides).map(([path]) => path);
	const setuid = new Set(plan.rules.allowSetuid.map(pathFromText));

	for (const entry of plan.entries) {
		// The launcher provides the host's sockets; on disk there are none.
		if (entry.decision !== "include" || entry.kind === "socket") continue;
		refuseUnsafe(entry.path);
		// A mount hides what is below it, so nobody could reach the copy.
		if (covered.some((mount) => entry.path !== mount && isWithin(entry.path, mount))) continue;
		if (mounts.has(entry.path) && isFolder(entry)) continue;
		if (placed.has(entry.path) || mounts.has(entry.path)) {
			throw new Failure("plan-path-twice", { path: showPath(entry.path) }, 2);
		}
		if (entry.kind === "device") refuseDevice(entry);
		placed.set(entry.path, { ...entry, mode: modeInCage(entry, setuid.has(entry.path)), ...owner });
	}
	for (const [path, mount] of mounts) {
		refuseUnsafe(path);
		if (covered.some((other) => path !== other && isWithin(path, other))) continue;
		placed.set(path, folder(path, mount.reasons, mount.kind, owner));
	}
	for (const path of [...placed.keys()]) {
		for (const above of ancestors(path)) {
			const known = placed.get(above);
			if (known === undefined) placed.set(above, folder(above, [{ kind: "parent-of", child: path }], "directory", owner));
			else if (!isFolder(known)) {
				throw new Failure("plan-path-below-file", { path: showPath(path), above: showPath(above) }, 2);
			}
		}
	}
	if (!placed.has(root)) placed.set(root, folder(root, [{ kind: "launcher" }], "directory", owner));
	return [...placed.values()].sort(by(({ path }) => path));
}

/** True for directories and for mount points of binds. */
export function isFolder(entry: { readonly kind: Entry["kind"] }): boolean {
	return entry.kind === "directory" || entry.kind === "bind";
}

interface MountPoint {
	readonly kind: "directory" | "bind";
	/** True if files below it would never be visible. */
	readonly hides: boolean;
	readonly reasons: readonly Reason[];
}

function mountPoints(plan: Plan): Map<Path, MountPoint> {
	const all = new Map<Path, MountPoint>();
	const launcher = (path: Path, hides: boolean) => all.set(path, { kind: "directory", hides, reasons: [{ kind: "launcher" }] });
	// The launcher empties these and mounts the cage's directories in them again.
	for (const path of temporaryDirectories) launcher(path, false);
	launcher(launchDirectory, true);
	// The launcher creates nodes in its own /dev, as listed by the cage's nodes. These also make a plain chroot work.
	launcher(devices, false);
	if (plan.permissions.proc !== undefined || plan.permissions.kernelProc !== undefined) launcher(kernel, true);
	if (plan.permissions.sys !== undefined) launcher(pathFromText("/sys"), true);
	for (const entry of plan.entries) {
		if (entry.kind === "bind" && entry.decision === "include") {
			all.set(entry.path, { kind: "bind", hides: true, reasons: entry.reasons });
		}
	}
	for (const { created, isSocket, path: text } of plan.rules.binds) {
		// Its mount point is an entry.
		if (created?.isFile || isSocket) continue;
		const path = clean(pathFromText(text));
		if (!all.has(path)) all.set(path, { kind: "bind", hides: true, reasons: [{ kind: "rule", rule: "binds", value: text }] });
	}
	for (const { path, reasons } of plan.writable) all.set(path, { kind: "directory", hides: true, reasons });
	return all;
}

function folder(path: Path, reasons: readonly Reason[], kind: "directory" | "bind", owner: Owner | undefined): Entry {
	const { uid, gid } = owner ?? { uid: 0, gid: 0 };
	return { path, kind, decision: "include", mode: 0o755, uid, gid, size: 0, mtime: 0, reasons, risks: [] };
}

function modeInCage(entry: Entry, setuidAllowed: boolean): number {
	if (entry.kind === "symlink") return 0o777;
	if (entry.kind === "device") return entry.mode & 0o666;
	const special = setuidAllowed && entry.kind === "file" ? entry.mode & 0o6000 : 0;
	return (entry.mode & 0o755) | special;
}

function refuseUnsafe(path: Path): void {
	const safe = path.startsWith("/") && clean(path) === path && !/(^|\/)\.\.(\/|$)|\0/.test(path);
	if (!safe) throw new Failure("plan-path-unsafe", { path: showPath(path) }, 4);
}

function refuseDevice(entry: Entry): void {
	const { device } = entry;
	const kind = device?.type === "c" ? "character-device" : "block-device";
	const { mode, uid, gid, size, mtime } = entry;
	const verdict = judgeDevice(entry.path, { kind, mode, uid, gid, size, mtime, ...omitUndefined({ device }) });
	if (verdict === "refuse") throw new Failure("device-refused", { path: showPath(entry.path) }, 4);
}
