import { launchDirectory, temporaryDirectories } from "../confinement/launch.ts";
import { Failure } from "../failure.ts";
import { ancestors, clean, isWithin, type Path, pathFromText, root } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { judgeDevice } from "../plan/devices.ts";
import type { Entry, Plan, Reason } from "../plan/plan.ts";

const devices = pathFromText("/dev");
const kernel = pathFromText("/proc");

/** Directory of a cage's data for state that only other generations mount. No directory of an application has this name at the top. */
export const apartName = pathFromText(".cagewright-apart");

/** Where nobody else may own files: a cage built without root belongs to the account that built it. */
export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/**
 * Everything that the build puts on disk for a plan, sorted so that a directory stands before what it holds: the included entries,
 * every directory above them, and an empty directory for each mount point. Modes are those of the cage: nobody but the owner may
 * write (the cage is read-only; what the application writes is under `data/`), and setuid and setgid bits go unless a rule allows
 * the path.
 *
 * A path below something that is no directory is refused, and so is a path that a name could lead elsewhere (`..`, NUL): the build
 * would follow it out of the cage.
 */
export function cageEntries(plan: Plan, owner?: Owner): Entry[] {
	const placed = new Map<Path, Entry>();
	const mounts = mountPoints(plan);
	const covered = [...mounts].filter(([, { hides }]) => hides).map(([path]) => path);
	const setuid = new Set(plan.rules.allowSetuid.map(pathFromText));

	for (const entry of plan.entries) {
		// The launcher leads to the sockets of the host; on disk there are none.
		if (entry.decision !== "include" || entry.kind === "socket") continue;
		refuseUnsafe(entry.path);
		// A mount hides what lies below it, so it would be a copy that nobody can reach.
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
	return [...placed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** True for what is a directory in the cage: directories themselves and the places that binds are mounted on. */
export function isFolder(entry: { readonly kind: Entry["kind"] }): boolean {
	return entry.kind === "directory" || entry.kind === "bind";
}

interface MountPoint {
	readonly kind: "directory" | "bind";
	/** True where what the build put below would be hidden for good. */
	readonly hides: boolean;
	readonly reasons: readonly Reason[];
}

function mountPoints(plan: Plan): Map<Path, MountPoint> {
	const all = new Map<Path, MountPoint>();
	const launcher = (path: Path, hides: boolean) => all.set(path, { kind: "directory", hides, reasons: [{ kind: "launcher" }] });
	// The launcher empties them too, and binds back what the cage has in them.
	for (const path of temporaryDirectories) launcher(path, false);
	launcher(launchDirectory, true);
	// The launcher makes the nodes anew in its own /dev; those of the cage say which, and serve a plain chroot.
	launcher(devices, false);
	if (plan.permissions.proc !== undefined || plan.permissions.kernelProc !== undefined) launcher(kernel, true);
	if (plan.permissions.sys !== undefined) launcher(pathFromText("/sys"), true);
	for (const entry of plan.entries) {
		if (entry.kind === "bind" && entry.decision === "include") {
			all.set(entry.path, { kind: "bind", hides: true, reasons: entry.reasons });
		}
	}
	for (const { path: text } of plan.rules.binds) {
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
	const verdict = judgeDevice(entry.path, { kind, mode, uid, gid, size, mtime, ...(device && { device }) });
	if (verdict === "refuse") throw new Failure("device-refused", { path: showPath(entry.path) }, 4);
}
