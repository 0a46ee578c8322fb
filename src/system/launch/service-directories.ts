import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import type { Bind, DirectoryOwner } from "../../core/application/application.ts";
import { type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { LaunchRequest } from "../../engine/launch-ports.ts";

/**
 * Host directories that a launch creates for the service (`Bind.created`). Only root can replace a directory on the way to one, so
 * a path means the same directory at each step.
 */

/** Those that a production launch will find missing. Whoever creates them removes them again, as RuntimeDirectory= does. */
export function missingServiceDirectories({ spec }: LaunchRequest): Path[] {
	if (spec.kind !== "cage" || spec.sandbox) return [];
	return spec.cage.binds.filter(isCreated).flatMap(({ path: text }) => {
		const path = pathFromText(text);
		return lstatSync(pathToBytes(path), { throwIfNoEntry: false }) ? [] : [path];
	});
}

export function removeServiceDirectories(paths: readonly Path[]): void {
	for (const path of paths) rmSync(pathToBytes(path), { recursive: true, force: true });
}

/** Creates an empty directory like the service's own, for a trial. A second start finds the files of the first. */
export function makeEmptyDirectory(place: Path, { gid, mode, uid }: DirectoryOwner): void {
	const bytes = pathToBytes(place);
	if (lstatSync(bytes, { throwIfNoEntry: false })) return;
	mkdirSync(bytes, { mode: 0o700 });
	chownSync(bytes, uid, gid);
	chmodSync(bytes, mode);
}

export function isCreated(bind: Bind): bind is Bind & { readonly created: DirectoryOwner } {
	return bind.created !== undefined;
}
