import type { RehearsalMount } from "../../core/confinement/launch.ts";
import { ancestors, isWithin, join, type Path, pathFromText, root } from "../../core/path/path.ts";
import { isAutomount, isHidden, isSkipped, type Mount } from "./mounts.ts";

/** What the rebuilding asks of the host. */
export interface Places {
	/** undefined where nothing can be seen. */
	kind(path: Path): "directory" | "file" | "symlink" | "socket" | undefined;
	/**
	 * Permission bits for a directory that is made anew, and so is the user's: what is another's on the host gets for everybody what he may do there.
	 */
	mode(path: Path): number;
	list(path: Path): readonly Path[];
	target(path: Path): Path | undefined;
}

/**
 * How to rebuild the host's mounts for a sandbox in a user namespace. What a mount namespace took over from outside is locked together
 * there (mount_namespaces(7)): neither a bind nor an overlay of a directory works as long as something is mounted below it (measured). So the
 * directories that lead to mounts are made anew, as a skeleton, and each thing that they hold gets an overlay.
 *
 * `open` are directories that get a layer of their own on top: in one that belongs to somebody else nothing could be made otherwise, for the
 * overlay would have to copy it with its owner.
 */
export function rootlessMounts(
	mounts: readonly Mount[],
	scratch: Path,
	open: readonly Path[],
	sockets: readonly Path[],
	places: Places,
): RehearsalMount[] {
	const leading = new Set(mounts.flatMap(({ path }) => ancestors(path)));
	const result: RehearsalMount[] = [{ kind: "skeleton", path: root }];
	const covering = (path: Path) =>
		mounts.filter((mount) => isWithin(path, mount.path)).sort((a, b) => b.path.length - a.path.length)[0];

	const directory = (path: Path) => {
		const mode = places.mode(path);
		result.push({ kind: "folder", path, mode });
		if (!(mode & 0o100)) return; // closed to him
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
			scratch: join(scratch, String(result.length)),
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

/** The name below `above` by which the way to `path` goes on. A directory that cannot be listed can still be entered. */
function nextStep(above: Path, path: Path): Path[] {
	if (path === above || !isWithin(path, above)) return [];
	const rest = path.slice(above === root ? 1 : above.length + 1);
	return [rest.split("/")[0] as Path];
}
