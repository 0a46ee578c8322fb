import { append, by } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import type { Files } from "../base/machine/facts.ts";
import { etc, isWithin, join, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Rules } from "../service/application.ts";
import { parsePassedSocket, socketPlace } from "../service/passed-socket.ts";
import type { Trace } from "../trace/trace.ts";
import { configurationLines, pathsIn } from "./configuration.ts";
import { placeOf } from "./links.ts";
import type { MayUse } from "./may-use.ts";
import { permissionWords } from "./permission-words.ts";
import type { Entry } from "./plan.ts";
import { declinedRisks, optionsToInclude } from "./risks.ts";
import { isLibraryFile } from "./trees.ts";

const maxShown = 3;
/** Shells and common tools: most files that name one have nothing to do with the application. */
const programDirectory = /^(\/usr(\/local)?)?\/s?bin$/;
/** Packages keep programs here that only one application starts. */
const ownPrograms = /^(\/usr(\/local)?\/lib(exec)?|\/opt)\//;
const notProgram = /\.(so(\.\d+)*|pm|py|rb|js|la|conf)$/;

interface UnprovenInput {
	readonly command: readonly string[];
	readonly trace: Trace;
	readonly files: Files;
	/** Directories of the cage that the application may write to. */
	readonly writable: readonly Path[];
	/** Host directories that the cage sees. */
	readonly binds: readonly Path[];
	/** What the application may use although no run showed it. */
	readonly unseen: readonly MayUse[];
	/** Sockets that `run` passes on. */
	readonly sockets: readonly string[];
	readonly rules: Pick<Rules, "allow" | "refuse">;
}

/** Notes what a cage may break in the application's environment without a probe that notices. */
export function unprovenParts(input: UnprovenInput): Note[] {
	const { binds, files, rules, sockets, trace, unseen, writable } = input;
	return [
		...socketsInside(sockets),
		...unprovenPrograms(trace, unseen, files),
		...unreachableSockets(trace, [...writable, ...binds], files),
		...unreadLogs(trace, binds, files),
		...firewallTools(unseen),
		...servedProcesses(input),
		...servedAccounts(trace),
		...networkTables(trace, rules),
	];
}

function networkTables(trace: Trace, rules: UnprovenInput["rules"]): Note[] {
	const hidden = rules.refuse.includes(permissionWords.kernelProc) ? [] : hiddenNetworkTables(trace, rules);
	return hidden.length ? [{ code: "unproven-network", values: { paths: hidden.map(showPath).join(", ") } }] : [];
}

/**
 * Returns what the application read below /proc/net, if the cage has no such name: a procfs of processes alone has none (`subset=pid` of
 * proc(5)). Java finds there whether the machine has IPv6, and otherwise listens on IPv4 alone.
 */
export function hiddenNetworkTables({ accesses }: Pick<Trace, "accesses">, { allow }: Pick<Rules, "allow">): Path[] {
	if (allow.includes(permissionWords.kernelProc)) return [];
	const read = [...accesses.values()].filter(({ path, succeeded }) => succeeded.has("read") && isWithin(path, procNet));
	return read.map(({ path }) => path).sort();
}

const procNet = pathFromText("/proc/net");

/** Sockets that `run` opens inside the cage, where programs of the host do not find them. */
function socketsInside(sockets: readonly string[]): Note[] {
	const paths = sockets.flatMap((text) => {
		const place = socketPlace(parsePassedSocket(text)?.address ?? "");
		return place?.family === "unix" ? [place.path] : [];
	});
	return paths.length ? [{ code: "unproven-handed-sockets", values: { paths: paths.join(", ") } }] : [];
}

/** Sockets that the application creates outside of mounted directories: clients on the host cannot reach them. */
function unreachableSockets({ accesses }: Trace, places: readonly Path[], files: Files): Note[] {
	const unheard = [...accesses.values()].flatMap(({ path, succeeded }) => {
		const directory = placeOf(parent(path), files);
		return succeeded.has("listen") && !places.some((place) => isWithin(directory, place)) ? [showPath(path)] : [];
	});
	return unheard.length ? [{ code: "unproven-sockets", values: { paths: unheard.sort().join(", ") } }] : [];
}

function firewallTools(unseen: readonly MayUse[]): Note[] {
	const found = new Map<Path, Path[]>();
	for (const { by, kind, path } of unseen) if (kind === "firewall") append(found, by, path);
	return [...found].map(([place, paths]) => {
		return { code: "unproven-firewall", values: { place: showPath(place), paths: paths.map(showPath).join(", ") } };
	});
}

/** A program of the application's own that lists processes: it reports about them. Tools of start scripts look for its own. */
function servedProcesses({ command, files, trace }: UnprovenInput): Note[] {
	const words = command.map((word) => placeOf(normalise(pathFromText(word)), files));
	const listing = [...(trace.accesses.get(proc)?.programs ?? [])];
	const [program] = trace.accesses.get(proc)?.succeeded.has("list")
		? listing.filter((path) => words.includes(placeOf(path, files)) || !programDirectory.test(parent(path)))
		: [];
	return program === undefined ? [] : [{ code: "unproven-processes", values: { program: showPath(program) } }];
}

const proc = pathFromText("/proc");

/** A server that the C library asks for accounts before it reads passwd(5) (nscd(8)). */
function servedAccounts({ accesses }: Trace): Note[] {
	const socket = [...accesses.values()].find(({ path, succeeded }) => succeeded.has("listen") && nameServiceCache.test(path));
	return socket ? [{ code: "unproven-accounts", values: { socket: showPath(socket.path) } }] : [];
}

const nameServiceCache = /^(\/var)?\/run\/nscd\/socket$/;

const logs = ["/var/log", "/run/log"].map(pathFromText);

/** Logs that other programs write: the cage has a copy, which never changes. */
function unreadLogs({ accesses }: Trace, binds: readonly Path[], files: Files): Note[] {
	const directories = [...accesses.values()].flatMap(({ path, succeeded }) => {
		const real = placeOf(path, files);
		const isOthers = succeeded.has("read") && !succeeded.has("write") && files.status(real)?.kind === "file";
		const isSeen = binds.some((place) => isWithin(real, place));
		return isOthers && !isSeen && logs.some((log) => isWithin(real, log)) ? [showPath(parent(real))] : [];
	});
	return [...new Set(directories)].sort().map((path) => ({ code: "unproven-logs", values: { path } }));
}

/**
 * Notes programs that no request started: those that the configuration names, by their directory as well, and those in a
 * directory that the application listed. Their needs in the cage are unknown. Monitoring agents start them on request.
 */
function unprovenPrograms(trace: Trace, unseen: readonly MayUse[], files: Files): Note[] {
	const started = new Set([...trace.programs].map((path) => placeOf(path, files)));
	const isUnproven = (path: Path) => {
		const real = placeOf(path, files);
		const status = files.status(real);
		if (status?.kind !== "file" || !(status.mode & 0o111) || notProgram.test(real) || isLibraryFile(real)) return false;
		return !programDirectory.test(parent(real)) && !started.has(real);
	};
	const found = new Map<Path, Path[]>();
	for (const { path, succeeded } of trace.accesses.values()) {
		const real = placeOf(path, files);
		const named = succeeded.has("list")
			? listed(real, files)
			: succeeded.has("read") && isWithin(real, etc)
				? configurationLines(real, files)
						.flatMap(pathsIn)
						.flatMap((one) => (ownPrograms.test(one) && isDirectory(one, files) ? listed(one, files) : one))
				: [];
		const open = [...new Set(named)].filter(isUnproven);
		if (open.length) found.set(real, open);
	}
	const noted = new Set([...found.values()].flat().map((path) => placeOf(path, files)));
	for (const { by, kind, path } of unseen) if (kind === "program" && !noted.has(placeOf(path, files))) append(found, by, path);
	return [...found].sort(by(([place]) => place)).map(([place, paths]) => noteOf(place, paths));
}

function isDirectory(path: Path, files: Files): boolean {
	return files.status(placeOf(path, files))?.kind === "directory";
}

/** The system's own programs are not the application's, even if one is a link to a private directory. */
function listed(directory: Path, files: Files): Path[] {
	if (programDirectory.test(directory) || !isDirectory(directory, files)) return [];
	return files.list(directory).map((name) => join(directory, name));
}

/** Notes what the application may use and the cage does not contain, with the options that include it. */
export function absentNotes(entries: readonly Entry[], excluded: (path: Path) => string | undefined): Note[] {
	const declined = declinedRisks(entries, excluded);
	const found = new Map<Path, Path[]>();
	for (const { decision, path, reasons } of entries) {
		const reason = reasons.find(({ kind }) => kind === "may-use");
		if (decision === "declined" && reason?.kind === "may-use") append(found, reason.by, path);
	}
	return [...found].flatMap(([place, paths]) => {
		const options = paths.flatMap((path) => optionsToInclude(path, { declined, entries }));
		const values = { place: showPath(place), paths: paths.map(showPath).join(", "), options: options.join(" ") };
		return options.length ? [{ code: "unproven-absent", values }] : [];
	});
}

function noteOf(place: Path, paths: readonly Path[]): Note {
	const shown = paths.slice(0, maxShown).map(showPath).join(", ");
	const more = paths.length > maxShown ? ", …" : "";
	return { code: "unproven-programs", values: { place: showPath(place), paths: `${shown}${more}`, count: paths.length } };
}
