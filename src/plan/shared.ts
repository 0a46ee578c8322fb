import { by } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import {
	directoriesTo,
	type FileStatus,
	type Files,
	type PathComponent,
	untrustedComponents,
	walkBelow,
} from "../base/machine/facts.ts";
import { baseName, isWithin, join, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { syslogName } from "../confine/places.ts";
import type { NamedContent } from "../service/company.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { isBelowDataTop, isCommon, isSystemDirectory, mayBeBound } from "./areas.ts";
import { isMountableInside } from "./binds.ts";
import { linkChain, placeOf, switchPlaces } from "./links.ts";
import { headSize } from "./marks.ts";
import type { SharedDirectory, SharedKind } from "./plan.ts";
import { isLibraryFile, type LibraryTree } from "./trees.ts";

interface SharedInput {
	readonly trace: Trace;
	readonly files: Files;
	/** Whether a directory contains the application's own programs or configuration, which are copied. */
	readonly isOwn: (directory: Path) => boolean;
	/** Writable directories and binds. Nothing that overlaps with them is shared. */
	readonly occupied: readonly Path[];
	/** Content that configuration names, whether or not this run used it. */
	readonly named: readonly NamedContent[];
	/** Writable directories that may be inside shared ones, and are mounted over them. */
	readonly nested: readonly Path[];
	/** Whether something must not go in: excluded, or a secret that nobody allowed. */
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
	readonly isSecret: (path: Path, status: FileStatus) => boolean;
	/** The application's accounts and groups, without root's. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	/** The cage's owner. */
	readonly owner: number;
	/** Whether the application may talk to the service behind a socket. */
	readonly mayConnect: (path: Path) => boolean;
	/** Real paths of sockets that the administrator allowed and the host has. */
	readonly sockets: readonly Path[];
	/** Included paths are copied. */
	readonly included: readonly Path[];
}

/** The system's certificate stores: packages maintain them, and a cage gets a copy. */
const stores = ["/etc/ssl/certs", "/etc/pki", "/etc/ca-certificates", "/usr"].map(pathFromText);

/** Maximum number of files that are checked for secrets. A directory with more is not shared. */
const maxFiles = 20_000;
const certificate = /-----BEGIN ([A-Z0-9]+ )*CERTIFICATE-----/;
const pem = /-----BEGIN ([A-Z0-9]+ )*(CERTIFICATE|PRIVATE KEY|PARAMETERS)-----/;

/**
 * Decides which host directories the cage mounts instead of getting a copy: content that a service only reads (a document root),
 * certificates, because a renewal replaces them by a rename and a mounted file would stay the old one (measured), and sockets of
 * services that it talks to. If a socket's directory holds more than the application may see, the cage gets the socket alone.
 */
export function planShared(input: SharedInput): SharedDirectory[] {
	const found = new Map<Path, { kind: SharedKind; example: Path }>();
	const propose = (path: Path, kind: SharedKind, example: Path) => {
		if (!found.has(path)) found.set(path, { kind, example });
	};
	const sockets = new Set<Path>();
	const proposeSocket = (socket: Path) => {
		sockets.add(socket);
		const directory = parent(socket);
		// One that cannot be mounted must not take the place of those below it.
		if (mayBeShared(directory, input) && holdsOnlySockets(directory, input)) propose(directory, "socket", socket);
	};
	for (const socket of input.sockets) proposeSocket(socket);
	for (const { by, path } of input.named) propose(siteOf(path, input), "site", by);
	const keys = new Map<Path, Path>();
	for (const access of input.trace.accesses.values()) {
		const real = placeOf(access.path, input.files);
		if (access.succeeded.has("connect") && !access.succeeded.has("listen") && access.path !== syslogName) {
			if (input.mayConnect(real) && input.files.status(real)?.kind === "socket") proposeSocket(real);
		}
		const kind = input.files.status(real)?.kind;
		if (kind === "directory" && access.succeeded.has("list") && isContentPlace(real, input)) propose(real, "data", real);
		if (!access.succeeded.has("read") || access.succeeded.has("write") || kind !== "file") continue;
		const places = certificatePlaces(access, real, input);
		const isKey = !certificate.test(input.files.read(real, headSize)?.toString("latin1") ?? "");
		for (const place of places) isKey ? keys.set(place, access.path) : propose(place, "certificates", access.path);
		if (!places.length && isContent(access, real, input)) propose(parent(real), "data", real);
	}
	// A key is renewed together with its certificate. A key without a certificate is an ordinary secret.
	if ([...found.values()].some(({ kind }) => kind === "certificates")) {
		for (const [place, example] of keys) propose(place, "certificates", example);
	}
	const directories = outermost([...found.keys()])
		.sort()
		.flatMap((path): SharedDirectory[] => {
			const { example, kind } = found.get(path) ?? { kind: "data" as const, example: path };
			if (!mayBeShared(path, input)) return [];
			if (kind === "socket") return [{ path, kind, example, files: 0, bytes: 0 }];
			const size = measure(path, kind, input);
			return size ? [{ path, kind, example, ...size }] : [];
		});
	return [...directories, ...socketsAlone([...sockets], directories, input)].sort(by(({ path }) => path));
}

/** Returns the sockets whose directories are not shared, and that only their services and root can replace. */
function socketsAlone(sockets: readonly Path[], directories: readonly SharedDirectory[], input: SharedInput): SharedDirectory[] {
	const isShared = (socket: Path) => directories.some(({ path }) => isWithin(socket, path));
	const isSocket = (path: Path) => input.files.status(path)?.kind === "socket";
	return sockets
		.filter((path) => !isShared(path) && isSocket(path) && mayBeShared(path, input))
		.map((path) => ({ path, kind: "socket", example: path, files: 0, bytes: 0, isSocket: true }));
}

/** Notes sockets that the cage gets alone. A mounted socket stays the old one when its service replaces it. */
export function aloneNotes(shared: readonly SharedDirectory[]): Note[] {
	return shared.flatMap(({ isSocket, path }): Note[] =>
		isSocket ? [{ code: "socket-alone", values: { path: showPath(path) } }] : [],
	);
}

/** Characters that every mount option, unit and script takes literally. A directory with another name is copied. */
export const plainName = /^[\w./@+,=~-]+$/;

function mayBeShared(path: Path, { files, included, isLeftOut, nested, owner, occupied }: SharedInput): boolean {
	const status = files.status(path);
	const overlaps = [...occupied, ...included].some(
		(one) => (isWithin(path, one) && !isMountableInside(path, one)) || (isWithin(one, path) && !nested.includes(one)),
	);
	if (status === undefined || !mayBeBound(path) || !plainName.test(path) || isLeftOut(path, status) || overlaps) return false;
	return isProtected(path, files, owner);
}

/**
 * Whether only root and the cage's owner can replace the directory, because nobody was asked about that risk. A socket's own service may
 * replace it.
 */
export function isProtected(path: Path, files: Files, owner: number): boolean {
	const parts = directoriesTo(path).flatMap((part): PathComponent[] => {
		const status = files.status(part);
		const isSocket = part === path && status?.kind === "socket";
		return status ? [{ ...status, path: part, ...(isSocket ? { kind: "directory" } : {}) }] : [];
	});
	return !untrustedComponents(parts, owner).length;
}

function isContent({ succeeded }: Access, real: Path, input: SharedInput): boolean {
	if (succeeded.has("execute") || !isContentPlace(parent(real), input)) return false;
	const head = input.files.read(real, 4);
	return head !== undefined && head.toString("latin1") !== "\x7fELF";
}

function isContentPlace(directory: Path, { isOwn }: Pick<SharedInput, "isOwn">): boolean {
	return isBelowDataTop(directory) && !isOwn(directory);
}

/**
 * Returns the directory to mount for content. A deployment may replace a link on the way (`current`), so the one with the link and
 * what it leads to is better than the content alone, in which the application would stay.
 */
function siteOf(path: Path, input: SharedInput): Path {
	const mayMount = (place: Path) => isContentPlace(place, input) && mayBeShared(place, input) && measure(place, "site", input);
	return switchPlaces(path, input.files).sort().find(mayMount) ?? placeOf(path, input.files);
}

/**
 * Returns the directory in which a certificate is named and the one in which it really is. Returns none if either contains other
 * files or may not be shared: a renewed name that leads to an old copy would be worse than two copies.
 */
function certificatePlaces({ path }: Access, real: Path, input: SharedInput): Path[] {
	const { files, isOwn } = input;
	if (stores.some((store) => isWithin(real, store)) || !isPem(real, files)) return [];
	const places = [...new Set([placeOf(parent(path), files), parent(real)])];
	const holdsNothingElse = (directory: Path) =>
		!stores.some((store) => isWithin(directory, store)) &&
		!isOwn(directory) &&
		files.list(directory).every((name) => name === "README" || isPem(placeOf(join(directory, name), files), files));
	return places.every((place) => holdsNothingElse(place) && mayBeShared(place, input) && measure(place, "certificates", input))
		? places
		: [];
}

/**
 * Whether a file is another version of one that may go in: certbot keeps `privkey1.pem`, `privkey2.pem` in `archive/` and links
 * `live/privkey.pem` to the newest.
 */
function isOtherVersion(path: Path, { files, isLeftOut, isSecret, trace }: SharedInput): boolean {
	// A numbered file that is no secret must not let in a secret with another number.
	const isAllowedSecret = (real: Path, status: FileStatus) => isSecret(real, status) && !isLeftOut(real, status);
	const base = (name: Path) => baseName(name).replace(/\d+(?=\.[^.]+$)/, "");
	return [...trace.accesses.values()].some((access) => {
		const real = placeOf(access.path, files);
		const status = files.status(real);
		const isVersioned = baseName(access.path) === base(real) && access.path !== real;
		return isVersioned && parent(real) === parent(path) && base(real) === base(path) && !!status && isAllowedSecret(real, status);
	});
}

function isPem(path: Path, files: Files): boolean {
	if (files.status(path)?.kind !== "file") return false;
	return pem.test(files.read(path, headSize)?.toString("latin1") ?? "");
}

/** Names of files that services put next to their sockets, and often keep from others. */
const socketCompanions = /\.(pid|lock)$|^\.s\.PGSQL\.\d+\.lock$/;
/** Largest number of bytes of a file for everybody beside a socket, such as a service's arguments. A cache or a log is larger. */
const maxNote = 16_384;

/** Mounting the directory exposes everything in it, so it may contain only what the application may use or everybody may read. */
function holdsOnlySockets(directory: Path, { files, mayConnect }: SharedInput): boolean {
	if (isSystemDirectory(directory) || isCommon(directory)) return false;
	return files.list(directory).every((name) => {
		const path = join(directory, name);
		const status = files.status(path);
		if (status?.kind === "socket") return mayConnect(path);
		if (status?.kind !== "file") return status?.kind === "symlink";
		const isNote = (status.mode & 0o6004) === 0o004 && status.size <= maxNote;
		return isNote || socketCompanions.test(name);
	});
}

/** Whether a file's mode keeps it from others: setuid, or not readable for the application's accounts. */
function isPrivate({ gid, mode, uid }: FileStatus, { gids, uids }: SharedInput): boolean {
	const isReadable = mode & 0o004 || (gids.has(gid) && mode & 0o040) || (uids.has(uid) && mode & 0o400);
	return (mode & 0o6000) !== 0 || !isReadable;
}

/**
 * Returns undefined if the directory contains something that must not go in. Then only the files that the application used are
 * copied.
 */
function measure(top: Path, kind: SharedKind, input: SharedInput): { files: number; bytes: number } | undefined {
	const size = { files: 0, bytes: 0 };
	for (const { path, status } of walkBelow(top, input.files, (path) => input.nested.includes(path))) {
		if (isForbidden(path, status, kind, input) || size.files >= maxFiles) return undefined;
		if (status.kind !== "file") continue;
		size.files++;
		size.bytes += status.size;
	}
	return size;
}

function isForbidden(path: Path, status: FileStatus, kind: SharedKind, input: SharedInput): boolean {
	if (input.isLeftOut(path, status)) return kind !== "certificates" || !isOtherVersion(path, input);
	if (status.kind === "directory" || status.kind === "symlink") return false;
	// Keys are private, and `certificatePlaces` has checked their directory.
	return status.kind !== "file" || (kind !== "certificates" && isPrivate(status, input));
}

/**
 * Notes named content that the cage does not see, with a file that keeps it out, and links on the way that the cage has only as a
 * copy.
 */
export function siteNotes(input: SharedInput, shared: readonly SharedDirectory[]): Note[] {
	const { files, named, occupied } = input;
	const mounted = [...shared.map(({ path }) => path), ...occupied];
	const isMounted = (path: Path) => mounted.some((one) => isWithin(path, one));
	const notes = named.flatMap(({ by, path }): Note[] => {
		const real = placeOf(path, files);
		if (!isMounted(real)) {
			const below = walkBelow(real, files, (one) => input.nested.includes(one));
			const problem = [...below].find((one) => isForbidden(one.path, one.status, "site", input))?.path ?? real;
			return [{ code: "site-left-out", values: { path: showPath(real), by: showPath(by), problem: showPath(problem) } }];
		}
		const links = linkChain(path, files).links.filter((link) => !isMounted(link.path));
		return links.map((link) => ({ code: "site-link", values: { link: showPath(link.path), path: showPath(real) } }));
	});
	return [...new Map(notes.map((note) => [JSON.stringify(note.values), note])).values()];
}

/** Files that browsers request. A server that opened one of these may open any other file of the directory next. */
const page = /\.(x?html?|shtml|xslt?|css|m?js|map|svg|ico|png|gif|jpe?g|webp|avif|woff2?|ttf|webmanifest|tmpl|tpl)$/i;
/** Programs that load their own sources by these names. */
const interpreter = /^(node|nodejs|deno|bun)$/;

/** Directories with more than this are not taken completely. */
const most = { files: 2000, bytes: 64 * 1024 * 1024 };
/** Repositories, passwords and editor settings that happen to be among web pages. The two exceptions are meant for visitors. */
const hidden = /^\.(?!well-known$|htaccess$)/;

/** The page for a directory, which a server looks for before it answers with the directory's files or an error. */
const index = /^index\.x?html?$/i;

/**
 * Returns the directories from which the application served a page, or in which it found no page for the directory itself, with all files
 * in them that everybody may read.
 */
export function servedTrees(trace: Trace, files: Files): LibraryTree[] {
	const tops = new Set<Path>();
	for (const { failed, path, programs, succeeded } of trace.accesses.values()) {
		const isAbsent = !succeeded.size && failed.has("ENOENT") && index.test(baseName(path));
		if (!(succeeded.has("read") || isAbsent) || succeeded.has("write") || !page.test(path)) continue;
		if ([...programs].some((program) => interpreter.test(baseName(program)))) continue;
		const real = placeOf(path, files);
		if (!page.test(real) || isLibraryFile(real)) continue;
		// A package may keep its pages elsewhere and link to each.
		for (const top of [parent(real), placeOf(parent(path), files)]) if (!isShallow(top) && !isCommon(top)) tops.add(top);
	}
	return outermost([...tops])
		.sort()
		.flatMap((top) => {
			const paths = readableBelow(top, files);
			return paths ? [{ top, paths }] : [];
		});
}

/** `/NAME`, `/usr/NAME` and `/usr/NAME/NAME` belong to many services. */
function isShallow(directory: Path): boolean {
	return directory.split("/").length - 1 < (isWithin(directory, pathFromText("/usr")) ? 3 : 2);
}

/** Returns undefined if there is too much. */
function readableBelow(top: Path, files: Files): Path[] | undefined {
	const found: Path[] = [];
	let [bytes, seen] = [0, 0];
	for (const { path, status } of walkBelow(top, files, (path) => hidden.test(baseName(path)))) {
		if (++seen > most.files) return undefined;
		// Someone with write access may have linked to a file that only root can read.
		const end = status.kind === "symlink" ? files.status(placeOf(path, files)) : status;
		const isReadable = end?.kind === "file" && (end.mode & 0o6004) === 0o004;
		const isDirectoryLink = status.kind === "symlink" && end?.kind === "directory";
		if (!isReadable && !isDirectoryLink) continue;
		found.push(path);
		bytes += status.size;
		if (bytes > most.bytes) return undefined;
	}
	return found;
}
