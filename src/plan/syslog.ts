import type { Files } from "../base/machine/facts.ts";
import { normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { journalDirectory, syslogName } from "../confine/places.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { areaOf, isStateParent, isSystemDirectory } from "./areas.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { Plan, Reason } from "./plan.ts";
import { tracedReason } from "./writable.ts";

interface SyslogPlan {
	/** How the application used `/dev/log`; absent if only a rule names it. */
	readonly access?: Access;
	/** The socket's real place, if its directory can be shared. */
	readonly socket?: Path;
	readonly notes: Plan["notes"];
}

/**
 * Decides whether the cage gets `/dev/log`. An attempt is enough: in the sandbox a connection is refused, because a socket below
 * an overlay accepts none (measured: ECONNREFUSED), so that nothing gets into the host's log, and syslog(3) ignores the error.
 * Returns undefined if nobody asked or the host has no such socket.
 *
 * Only the socket's directory is shared, which must contain nothing else and be writable only for root: other sockets may accept
 * commands.
 */
export function planSyslog(
	trace: Trace,
	asked: { readonly include: readonly string[]; readonly allowed: boolean },
	files: Files,
	isRefused: (path: Path) => boolean,
): SyslogPlan | undefined {
	const access = trace.accesses.get(syslogName);
	const tried = access && [access.succeeded, ...access.failed.values()].some((operations) => operations.has("connect"));
	const named = asked.allowed || asked.include.some((text) => normalise(pathFromText(text)) === syslogName);
	if (!tried && !named) return undefined;
	const socket = placeOf(syslogName, files);
	if (files.status(socket)?.kind !== "socket") return undefined;
	const found = access ? { access } : {};
	const directory = parent(socket);
	if (isRefused(syslogName) || isRefused(directory)) return { ...found, notes: [] };
	const values = { socket: showPath(socket), directory: showPath(directory) };
	return isShareable(directory, files)
		? { ...found, socket, notes: [{ code: "syslog-shared", values }] }
		: { ...found, notes: [{ code: "syslog-not-shared", values }] };
}

const run = pathFromText("/run");

/** Whether the directory is only for this socket and only root can add files to it or replace it. */
function isShareable(directory: Path, files: Files): boolean {
	const status = files.status(directory);
	const ofEverybody = isSystemDirectory(directory) || isStateParent(directory) || directory === run;
	return areaOf(directory) === "files" && !ofEverybody && status?.uid === 0 && (status.mode & 0o022) === 0;
}

/** Adds a link that the launcher creates; as an entry it can be reviewed and refused. */
export function addSyslog({ access, socket }: SyslogPlan, collector: EntryCollector): void {
	const reason: Reason = access ? tracedReason(access) : { kind: "rule", rule: "include", value: syslogName };
	collector.addSocket(syslogName, socket === undefined ? "declined" : "include", reason);
	// Otherwise systemd would create the mount point in the generation itself.
	if (socket !== undefined) collector.addMountPoint(journalDirectory, { kind: "launcher" });
}
