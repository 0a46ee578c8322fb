import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { errorName } from "../../base/host/errors.ts";
import { removeTree } from "../../base/host/remove.ts";
import { isRootless } from "../../base/host/rootless.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import type { Bind, DirectoryOwner } from "../../service/application.ts";
import type { LaunchRequest } from "../ports.ts";

/**
 * Host directories that a launch creates for the service (`Bind.created`). Only root can replace a directory on the way to one, so
 * a path means the same directory at each step.
 */

/** A directory by its path and identity (st_dev, st_ino). */
interface CreatedDirectory {
	readonly path: Path;
	readonly device: bigint;
	readonly inode: bigint;
}

/** Creates those that a production launch misses. Whoever creates them removes them again, as RuntimeDirectory= does. */
export function createServiceDirectories({ launch }: LaunchRequest): CreatedDirectory[] {
	if (launch.kind !== "cage" || launch.sandbox || isRootless()) return [];
	return launch.cage.binds.filter(isCreated).flatMap(({ created, path: text }) => {
		const path = pathFromText(text);
		// A file is the service's log or state.
		if (created.isFile || identityOf(path)) return [];
		makeEmpty(path, created);
		const identity = identityOf(path);
		return identity ? [{ path, ...identity }] : [];
	});
}

/** Leaves a directory that somebody else created there meanwhile. The application may still write into its own. */
export async function removeServiceDirectories(directories: readonly CreatedDirectory[]): Promise<void> {
	for (const { device, inode, path } of directories) {
		const now = identityOf(path);
		if (now?.device === device && now.inode === inode) await removeTree(path);
	}
}

function identityOf(path: Path): Omit<CreatedDirectory, "path"> | undefined {
	const status = lstatSync(pathToBytes(path), { bigint: true, throwIfNoEntry: false });
	return status && { device: status.dev, inode: status.ino };
}

/** Creates a file or directory of the service with nothing but `below`. A second start of a trial finds what the first one left. */
export function makeEmpty(place: Path, { below = [], gid, isFile, mode, uid }: DirectoryOwner): void {
	const bytes = pathToBytes(place);
	if (lstatSync(bytes, { throwIfNoEntry: false })) return;
	if (isFile) writeFileSync(bytes, "", { mode: 0o600, flag: "wx" });
	else mkdirSync(bytes, { mode: 0o700 });
	// It stays root's until it has them.
	for (const { path, ...owner } of below) makeEmpty(join(place, pathFromText(path)), owner);
	chownSync(bytes, uid, gid);
	chmodSync(bytes, mode);
}

export function isCreated(bind: Bind): bind is Bind & { readonly created: DirectoryOwner } {
	return bind.created !== undefined;
}

/**
 * Whether a process listens on the unix socket at this path. Connecting is the only exact answer: /proc/net/unix names sockets of other mount
 * namespaces too, and none of other network namespaces.
 */
export function isListening(socket: Path): Promise<boolean> {
	const path = pathToText(socket);
	if (path === undefined) return Promise.resolve(false);
	return new Promise((resolve) => {
		const client = connect({ path });
		client.once("connect", () => {
			client.destroy();
			resolve(true);
		});
		// EPROTOTYPE: a socket for datagrams that somebody has bound. EAGAIN: more clients wait than its queue holds.
		client.once("error", (error) => resolve(["EPROTOTYPE", "EAGAIN"].includes(errorName(error) ?? "")));
	});
}
