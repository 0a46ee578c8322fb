import { closeSync, lstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { mayBeBound } from "../../plan/areas.ts";
import { isInPlace, type WritablePlaces } from "../../plan/binds.ts";
import { Failure } from "../failure.ts";
import { parseMountinfo } from "../machine/mountinfo.ts";
import { baseName, isWithin, join, type Path, parent, pathToBytes, root } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { below, isNoDirectory, namesOf, openWay } from "./descriptor.ts";
import { identityOf } from "./proc.ts";

/** A mount as this process sees it. */
export interface Mount {
	readonly path: Path;
	readonly type: string;
	readonly readOnly: boolean;
}

/** The mounts of a mountinfo, in order. If several are at the same place, only the last one. */
export function topMounts(text: string): Mount[] {
	const mounts = new Map<Path, Mount>();
	for (const { options, path, superOptions, type } of parseMountinfo(text)) {
		mounts.delete(path);
		mounts.set(path, { path, type, readOnly: [...options, ...superOptions].includes("ro") });
	}
	return [...mounts.values()];
}

/** Mount points at or below a directory. */
export async function mountsWithin(directory: Path): Promise<Path[]> {
	const mounts = parseMountinfo(await readFile("/proc/self/mountinfo", "latin1"));
	return mounts.map(({ path }) => path).filter((point) => isWithin(point, directory));
}

/** Throws `mounted-below` (exit 4) if something is mounted at or below a real path, because removing it would delete the mounted files. */
export async function refuseMounts(directory: Path): Promise<void> {
	const [mount] = await mountsWithin(directory);
	if (mount !== undefined) throw new Failure("mounted-below", { path: showPath(directory), mount: showPath(mount) }, 4);
}

/**
 * Mounts follow links in mount(8) and in systemd's `BindPaths=`. So each source is looked up through directories only, and the
 * launch compares its device and inode after mounting, before the application has a process in that mount namespace. Mounting a
 * descriptor would need no comparison, but the commands of `run --print` have none.
 */

/** The host path where a lookup ends, and why (errno(3)). */
interface SourceEnd {
	readonly path: Path;
	readonly error: string;
}

/** Opens a directory below `top` by its path there. Throws what `fail` returns. */
function openSource(top: Path, path: Path, fail: (end: SourceEnd) => Error): number {
	const names = namesOf(path);
	return openWay(top, names, ({ error, index }) =>
		fail({ path: names.slice(0, index + 1).reduce((above, name) => join(above, name), top), error }),
	);
}

/** Opens the directory that holds a cage's state of `path`. Throws `data-unsafe` and `data-gone` (exit 4). */
export function openData(data: Path, path: Path): number {
	return openSource(data, path, ({ error, path: end }) => {
		return new Failure(isNoDirectory(error) ? "data-unsafe" : "data-gone", { path: showPath(end), error }, 4);
	});
}

/** Opens the host directory that a cage mounts over a writable one. Throws what `openData` and `openBind` throw. */
export function openWritable(path: Path, places: WritablePlaces): number {
	return isInPlace(path, places) ? openBind(path) : openData(places.data, path);
}

/** Device and inode (`stat -c %d:%i`) of that directory. Throws the same. */
export function writableIdentity(path: Path, places: WritablePlaces): string {
	return takeIdentity(openWritable(path, places));
}

/** Device and inode of an open file, which is then closed. */
function takeIdentity(descriptor: number): string {
	try {
		return identityOf(`/proc/self/fd/${descriptor}`);
	} finally {
		closeSync(descriptor);
	}
}

/** Runs work on a directory via its descriptor, and closes it. */
export async function withSource<T>(descriptor: number, work: (source: Path) => Promise<T>): Promise<T> {
	try {
		return await work(`/proc/self/fd/${descriptor}/.` as Path);
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Device and inode (`stat -c %d:%i`) of a host directory, reached from `/` without links. Throws `bind-refused`, `bind-unsafe`
 * and `bind-gone` (exit 4).
 */
export function bindIdentity(bind: Path): string {
	return takeIdentity(openBind(bind));
}

/** Opens the directory to copy from it. Throws the same. */
export function openBind(bind: Path): number {
	if (!mayBeBound(bind)) throw new Failure("bind-refused", { path: showPath(bind) }, 4);
	return openDirectory(bind, bind);
}

function openDirectory(directory: Path, bind: Path): number {
	return openSource(root, directory, ({ error, path }) => {
		const values = { path: showPath(path), bind: showPath(bind) };
		return new Failure(isNoDirectory(error) ? "bind-unsafe" : "bind-gone", values, 4);
	});
}

/**
 * Makes sure that a socket, or nothing, is at this path, reached from `/` without links. Its service may create it again at any time, so the
 * launch compares the mounted socket with the one at the path. Throws `bind-refused` and `bind-unsafe` (exit 4).
 */
export function requireSocketWay(socket: Path): void {
	const shown = showPath(socket);
	if (!mayBeBound(socket)) throw new Failure("bind-refused", { path: shown }, 4);
	let directory: number;
	try {
		directory = openDirectory(parent(socket), socket);
	} catch (error) {
		// The service creates the directory, too.
		if (error instanceof Failure && error.code === "bind-gone") return;
		throw error;
	}
	try {
		const status = lstatSync(pathToBytes(below(directory, baseName(socket))), { throwIfNoEntry: false });
		if (status && !status.isSocket()) throw new Failure("bind-unsafe", { path: shown, bind: shown }, 4);
	} finally {
		closeSync(directory);
	}
}
