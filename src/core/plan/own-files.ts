import { append } from "../collections.ts";
import { directoriesTo, type FileStatus, type Files, type PathComponent, untrustedComponents } from "../machine/facts.ts";
import { type Path, parent, pathFromText } from "../path/path.ts";
import type { Access, Trace } from "../trace/trace.ts";
import type { AccessProblem } from "./host-access.ts";
import { placeOf } from "./links.ts";
import type { Identity, ServiceDirectory } from "./plan.ts";
import { plainName } from "./shared.ts";
import { wantsToChange } from "./writable.ts";

interface OwnFilesInput {
	readonly trace: Trace;
	readonly files: Files;
	readonly identity: Identity;
	/** See `planOfferedSockets`. */
	readonly mayMount: boolean;
	/** Real paths that rules make writable or bind. */
	readonly decided: readonly Path[];
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
	readonly problemOf: (path: Path) => AccessProblem | undefined;
}

/** Many services keep their logs directly in it. Two instances can append to the same log, but not change the same state. */
const logs = pathFromText("/var/log");

/**
 * Returns the application's own logs directly in /var/log. The cage mounts these files from the host, one by one, so that the host's
 * tools find them and nothing else of the directory is in the cage. If the application also removes, renames or creates other names
 * there, it gets a directory of its own instead.
 */
export function planOwnFiles(input: OwnFilesInput): readonly ServiceDirectory[] {
	const { decided, files, mayMount, trace } = input;
	if (!mayMount || decided.includes(logs)) return [];
	const changed = new Map<Path, Access[]>();
	for (const access of trace.accesses.values()) {
		const real = placeOf(access.path, files);
		const isDirectory = files.status(real)?.kind === "directory" || access.calls.has("mkdir") || access.calls.has("mkdirat");
		if (parent(real) === logs && !isDirectory && wantsToChange(access)) append(changed, real, access);
	}
	const found = [...changed].map(([path, accesses]) => ownFile(path, accesses, input));
	const own = found.filter((one) => one !== undefined);
	return own.length === found.length ? own : [];
}

function ownFile(path: Path, accesses: readonly Access[], input: OwnFilesInput): ServiceDirectory | undefined {
	const { files, identity, isLeftOut, problemOf, trace } = input;
	const status = files.status(path);
	// A mounted file can be written, but its name belongs to the directory.
	const isWritten = accesses.every(({ succeeded }) => succeeded.has("write") && !succeeded.has("remove"));
	if (!isWritten || !plainName.test(path) || !isReachedByRoot(path, files) || problemOf(path)) return undefined;
	if (status === undefined) {
		const owner = accesses.find((access) => access.owner)?.owner;
		const [uid, gid] = [owner?.uid ?? -1, owner?.gid ?? -1];
		return { path, uid: uid < 0 ? identity.uid : uid, gid: gid < 0 ? identity.gid : gid, mode: 0o600, isFile: true };
	}
	const isOwn = status.uid === identity.uid || (status.uid > 0 && trace.uids.has(status.uid));
	if (status.kind !== "file" || !isOwn || isLeftOut(path, status)) return undefined;
	return { path, uid: status.uid, gid: status.gid, mode: status.mode & 0o777, isFile: true };
}

/** Whether root owns the way. A group may write a directory on it (/var/log on Ubuntu), because the launch compares what it mounted. */
function isReachedByRoot(path: Path, files: Files): boolean {
	const parts = directoriesTo(parent(path)).flatMap((part): PathComponent[] => {
		const status = files.status(part);
		return status ? [{ ...status, path: part, mode: status.mode & ~0o020 }] : [];
	});
	return !untrustedComponents([...parts, { path, kind: "directory", mode: 0o755, uid: 0 }], 0).length;
}
