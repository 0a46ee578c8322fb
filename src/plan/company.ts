import type { Note } from "../base/failure.ts";
import { directoriesTo, type FileStatus, type Files, type Identity, walkBelow } from "../base/machine/facts.ts";
import { baseName, etc, isWithin, normalise, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { syslogName } from "../confine/places.ts";
import type { Rules } from "../service/application.ts";
import type { Company, NamedContent, NamedNeighbour, NeighbourSocket } from "../service/company.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { isBelowDataTop } from "./areas.ts";
import { configurationLines, readConfiguration } from "./configuration.ts";
import { placeNamed, placeOf, switchPlaces } from "./links.ts";
import { mayConnect, type SocketPolicy } from "./neighbours.ts";
import { permissionWords, refuses, socketsIn, socketWord } from "./permission-words.ts";

/** A library that is larger does not speak to one service. */
const maxProgram = 32 * 1024 * 1024;
/** Files of a client's configuration, and entries of content that are searched for writable directories. */
const most = { files: 500, entries: 20_000 };
/** An absolute path as a word, also after `unix:` or a quote. */
const pathWord = /(?<![\w.$}/\\-])\/[\w@][\w./@+,~-]*/g;

/**
 * Returns a client's whole configuration: one file names the socket, and another one the sites. What is only available
 * (`sites-available`) counts if a link enables it.
 */
function clientConfiguration(named: readonly Path[], files: Files): Path[] {
	const found = new Set<Path>();
	const tops = named.map((path) => directoriesTo(path).find((one) => parent(one) === etc && one !== path) ?? path);
	for (const top of new Set(tops)) {
		const below = files.status(top)?.kind === "directory" ? [...walkBelow(top, files)].slice(0, most.files) : [];
		const linked = new Set(below.flatMap(({ path, status }) => (status.kind === "symlink" ? placeOf(path, files) : [])));
		for (const { path, status } of below) {
			const isEnabled = !/-available$/.test(baseName(parent(path))) || linked.has(path);
			if (status.kind === "file" && isEnabled) found.add(path);
		}
		if (!below.length) found.add(top);
	}
	return [...found].sort();
}

/** Returns the existing directories of content that the application's own or its clients' configuration names. */
function namedContent({ command, company, files, trace }: ContentInput): NamedContent[] {
	const found = new Map<Path, Path>();
	for (const by of [...readConfiguration(trace, command), ...clientConfiguration(company.clientFiles, files)]) {
		for (const path of wordsOf(textOf(by, files))) {
			const real = placeOf(path, files);
			if (found.has(path) || !isBelowDataTop(real) || files.status(real)?.kind !== "directory") continue;
			found.set(path, by);
		}
	}
	return [...found].map(([path, by]) => ({ path, by }));
}

interface ContentInput {
	/** The application's. */
	readonly command: readonly string[];
	readonly company: Company;
	readonly trace: Trace;
	readonly files: Files;
}

/** Returns the outermost directories of this content that one of these accounts may write: uploads, caches. */
function writableContent(
	content: readonly NamedContent[],
	{ files, gids, uids }: { readonly files: Files; readonly uids: ReadonlySet<number>; readonly gids: ReadonlySet<number> },
): Path[] {
	const mayWrite = ({ gid, mode, uid }: FileStatus) => {
		if (uids.has(uid)) return (mode & 0o200) !== 0;
		return (mode & (gids.has(gid) ? 0o020 : 0o002)) !== 0;
	};
	const places = content.flatMap(({ path }) => [placeOf(path, files), ...switchPlaces(path, files).filter(isBelowDataTop)]);
	const tops = outermost([...new Set(places)]);
	const found = tops.flatMap((top) => {
		const status = files.status(top);
		if (status && mayWrite(status)) return [top];
		const writable: Path[] = [];
		let entries = 0;
		for (const one of walkBelow(top, files, () => ++entries > most.entries)) {
			if (one.status.kind === "directory" && mayWrite(one.status)) writable.push(one.path);
		}
		return writable;
	});
	return outermost(found).sort();
}

interface NeighboursInput {
	/** The application's. */
	readonly command: readonly string[];
	readonly trace: Trace;
	readonly files: Files;
	readonly identity: Identity;
	readonly rules: Pick<Rules, "allow" | "refuse">;
	/** Sockets of other running services. */
	readonly running: readonly NeighbourSocket[];
	/** Those that are harmless because of their cages: real paths. */
	readonly harmless: readonly Path[];
}

/**
 * Returns the harmless services of the host that the application's configuration, program or libraries name, and that one of its
 * accounts may reach. A service that starts as root serves as the accounts that it changes to.
 */
export function namedNeighbours(input: NeighboursInput): NamedNeighbour[] {
	const { files, trace } = input;
	const candidates = input.running.filter(({ path }) => mayConnect(path, policyOf(input), files) && isOpen(path, input));
	if (!candidates.length) return [];
	const inConfiguration = configuredSockets(candidates, input);
	const loaded = [...trace.accesses.values()].flatMap((access) => (isLoaded(access) ? [placeOf(access.path, files)] : []));
	const programs = [...new Set(loaded)];
	return candidates.flatMap((socket): NamedNeighbour[] => {
		const configured = inConfiguration.find(({ path }) => path === socket.path);
		if (configured) return [configured];
		for (const by of programs) {
			const name = nameIn(by, socket.path, files);
			if (name !== undefined) return [{ ...socket, by, name }];
		}
		return [];
	});
}

/**
 * Notes the other services that the application's configuration names and its accounts may reach, but about which nobody has decided:
 * with its socket, a client may do more than ask for data.
 */
export function undecidedNeighbours(input: NeighboursInput): Note[] {
	const { files, running } = input;
	const log = placeOf(syslogName, files);
	const undecided = running.filter(
		({ path }) => path !== log && !mayConnect(path, policyOf(input), files) && !isRefused(path, input),
	);
	return configuredSockets(
		undecided.filter(({ path }) => isOpen(path, input)),
		input,
	).map(({ by, path, service }) => ({
		code: "neighbour-undecided",
		values: { path: showPath(path), service, by: showPath(by), word: socketWord(path) ?? "socket:PATH" },
	}));
}

function isRefused(path: Path, { files, rules }: Pick<NeighboursInput, "files" | "rules">): boolean {
	return refuses(rules, permissionWords.unixSockets) || socketsIn(rules.refuse).some((text) => placeNamed(text, files) === path);
}

function policyOf({ harmless, identity, rules, trace }: NeighboursInput): SocketPolicy {
	return { harmless, uid: identity.uid === 0 ? ([...trace.uids].find((uid) => uid > 0) ?? 0) : identity.uid, rules };
}

/** Whether one of the application's accounts may connect. */
function isOpen(path: Path, { files, identity, trace }: NeighboursInput): boolean {
	const status = files.status(path);
	if (status?.kind !== "socket") return false;
	const uids = new Set([identity.uid, ...trace.uids]);
	const gids = new Set([identity.gid, ...identity.groups, ...trace.gids]);
	if (uids.has(status.uid)) return (status.mode & 0o200) !== 0;
	return (status.mode & (gids.has(status.gid) ? 0o020 : 0o002)) !== 0;
}

/** Those of these sockets that the application's configuration names. */
function configuredSockets(sockets: readonly NeighbourSocket[], { command, files, trace }: NeighboursInput): NamedNeighbour[] {
	const configuration = readConfiguration(trace, command).map((by) => ({ by, words: wordsOf(textOf(by, files)) }));
	return sockets.flatMap((socket) => {
		for (const { by, words } of configuration) {
			const name = words.find((word) => placeOf(word, files) === socket.path);
			if (name !== undefined) return [{ ...socket, by, name }];
		}
		return [];
	});
}

function textOf(path: Path, files: Files): string {
	return configurationLines(placeOf(path, files), files).join("\n");
}

/** The absolute paths in a text. */
function wordsOf(text: string): Path[] {
	return [...text.matchAll(pathWord)].map(([word]) => normalise(word as Path));
}

function isLoaded({ path, succeeded }: Access): boolean {
	return succeeded.has("execute") || (succeeded.has("read") && /\.so(\.\d+)*$/.test(path));
}

/** Returns how a program or library names a socket: it contains the path, or that of the directory, as a string of its own. */
function nameIn(program: Path, socket: Path, files: Files): Path | undefined {
	const content = files.read(program, maxProgram);
	if (content?.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
	// FHS 3.15: /var/run is the older name.
	const names = isWithin(socket, pathFromText("/run")) ? [socket, `/var${socket}` as Path] : [socket];
	const hasString = (text: string) => content.includes(text, 0, "latin1");
	return names.find((name) => hasString(`\0${name}\0`) || hasString(`\0${parent(name)}\0`));
}

interface CompanyPlan {
	readonly content: readonly NamedContent[];
	/** Directories of this content that the application may write where they are. */
	readonly writable: readonly Path[];
	/** Sockets of other services that are there, and that no rule refuses. */
	readonly neighbours: readonly NamedNeighbour[];
	readonly notes: readonly Note[];
}

export const noCompany: CompanyPlan = { content: [], writable: [], neighbours: [], notes: [] };

interface CompanyInput extends ContentInput {
	readonly rules: Pick<Rules, "allow" | "refuse">;
	/** Accounts and groups of the application, without root's. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	/** Real paths that rules make writable or bind. */
	readonly decided: readonly Path[];
	/** Returns the directories that may stay where the host has them. */
	readonly inPlace: (directories: readonly Path[]) => readonly Path[];
}

/** Decides what the application shares with its company beyond what its trace shows. */
export function planCompany(input: CompanyInput): CompanyPlan {
	const { company, decided, files, gids, inPlace, rules, uids } = input;
	const content = namedContent(input);
	const uploads = writableContent(content, { files, uids, gids });
	const writable = inPlace(uploads);
	const neighbours = company.neighbours.filter(
		({ path }) => !isRefused(path, { files, rules }) && files.status(path)?.kind === "socket",
	);
	const readOnly = uploads.filter((path) => ![...writable, ...decided].some((one) => isWithin(path, one)));
	return {
		content,
		writable,
		neighbours,
		notes: [
			...neighbours.map(neighbourNote),
			...readOnly.map((path) => ({ code: "site-read-only", values: { path: showPath(path) } })),
		],
	};
}

function neighbourNote({ by, path, service }: NamedNeighbour): Note {
	const option = `--refuse ${socketWord(path) ?? "socket:PATH"}`;
	return { code: "neighbour-named", values: { path: showPath(path), service, by: showPath(by), option } };
}
