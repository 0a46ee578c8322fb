import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { errorName } from "../../base/host/errors.ts";
import { type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import type { Bind, DirectoryOwner } from "../../service/application.ts";
import type { LaunchRequest } from "../ports.ts";

/**
 * Host directories that a launch creates for the service (`Bind.created`). Only root can replace a directory on the way to one, so
 * a path means the same directory at each step.
 */

/** Those that a production launch will find missing. Whoever creates them removes them again, as RuntimeDirectory= does. */
export function missingServiceDirectories({ launch }: LaunchRequest): Path[] {
	if (launch.kind !== "cage" || launch.sandbox) return [];
	return launch.cage.binds.filter(isCreated).flatMap(({ created, path: text }) => {
		const path = pathFromText(text);
		// A file is the service's log or state.
		return created.isFile || lstatSync(pathToBytes(path), { throwIfNoEntry: false }) ? [] : [path];
	});
}

export function removeServiceDirectories(paths: readonly Path[]): void {
	for (const path of paths) rmSync(pathToBytes(path), { recursive: true, force: true });
}

/** Creates an empty directory or file like the service's own, for a trial. A second start finds what the first one left. */
export function makeEmpty(place: Path, { gid, isFile, mode, uid }: DirectoryOwner): void {
	const bytes = pathToBytes(place);
	if (lstatSync(bytes, { throwIfNoEntry: false })) return;
	if (isFile) writeFileSync(bytes, "", { mode: 0o600, flag: "wx" });
	else mkdirSync(bytes, { mode: 0o700 });
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
