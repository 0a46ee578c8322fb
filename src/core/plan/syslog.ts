import { journalDirectory, syslogName } from "../confinement/launch.ts";
import type { Files } from "../machine/facts.ts";
import { normalise, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { areaOf, holdsState, isSystemDirectory } from "./areas.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { Plan, Reason } from "./plan.ts";
import { tracedReason } from "./writable.ts";

/** What an application that speaks to the host's syslog asks for, and what of it can be given. */
interface SyslogPlan {
	/** What was done with `/dev/log`; absent where only a rule names it. */
	readonly access?: Access;
	/** The real place of the socket, where the directory that holds it can be shared. */
	readonly socket?: Path;
	readonly notes: Plan["notes"];
}

/**
 * Whether `/dev/log` is to lead out of the cage. An attempt is enough: in a sandbox it is refused, since a socket below an overlay
 * takes no connection (measured: ECONNREFUSED), and so nothing that is sandboxed gets into the host's log. syslog(3) is silent about
 * that. Undefined where nobody asked or the host has no socket there.
 *
 * The socket alone is shared, because others beside it take commands. Its directory must be one into which nobody but root puts anything.
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

/** A directory that is there for the one socket, and that nobody but root can put something into or swap. */
function isShareable(directory: Path, files: Files): boolean {
	const status = files.status(directory);
	const ofEverybody = isSystemDirectory(directory) || holdsState(directory) || directory === run;
	return areaOf(directory) === "files" && !ofEverybody && status?.uid === 0 && (status.mode & 0o022) === 0;
}

/** A link that the launcher makes: the entry is there to be seen and refused. */
export function addSyslog({ access, socket }: SyslogPlan, collector: EntryCollector): void {
	const reason: Reason = access ? tracedReason(access) : { kind: "rule", rule: "include", value: syslogName };
	collector.addSocket(syslogName, socket === undefined ? "declined" : "include", reason);
	// systemd would make the place for its mount in the generation itself.
	if (socket !== undefined) collector.addMountPoint(journalDirectory, { kind: "launcher" });
}
