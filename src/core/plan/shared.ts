import { syslogName } from "../confinement/launch.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { directoriesTo, type PathComponent, untrustedComponents } from "../machine/path-trust.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { holdsState, isHome, isSystemDirectory, isTemporaryTop, mayBeBound } from "./areas.ts";
import { placeOf } from "./links.ts";
import { headSize } from "./marks.ts";
import type { SharedDirectory, SharedKind } from "./plan.ts";
import { isLibraryFile, type LibraryTree } from "./trees.ts";

interface SharedInput {
	readonly trace: Trace;
	readonly files: Files;
	/** Whether a directory belongs to the application's own programs and configuration: those are copied. */
	readonly isOwn: (directory: Path) => boolean;
	/** Writable directories and binds: what overlaps with them is settled. */
	readonly settled: readonly Path[];
	/** Whether something must not go in: excluded, or a secret that nobody allowed. */
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
	readonly isSecret: (path: Path, status: FileStatus) => boolean;
	/** Accounts and groups, beside root's, that the application has. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	/** Whose the cage will be. */
	readonly owner: number;
	/** Whether the application may talk to the service behind a socket. */
	readonly mayReach: (path: Path) => boolean;
	/** Real paths of sockets that the administrator allowed and the host has. */
	readonly sockets: readonly Path[];
	/** What an include names is copied. */
	readonly included: readonly Path[];
}

/** Places of content that others change while a service runs: web pages, shares, zones. Everything else is copied as it was seen. */
const dataTops = ["/srv", "/var/www", "/mnt", "/media", "/data", "/tmp", "/var/tmp"].map(pathFromText);

/** Certificate stores of the system: packages keep those, and a cage gets a copy. */
const stores = ["/etc/ssl/certs", "/etc/pki", "/etc/ca-certificates", "/usr"].map(pathFromText);

/** Most files that are looked at for secrets; a directory with more is not proposed. */
const mostFiles = 20_000;
const certificate = /-----BEGIN ([A-Z0-9]+ )*CERTIFICATE-----/;
const pem = /-----BEGIN ([A-Z0-9]+ )*(CERTIFICATE|PRIVATE KEY|PARAMETERS)-----/;

/**
 * Which directories of the host the cage should see instead of a copy, with why: content that a service only reads (a document root), certificates that
 * are renewed by a rename (a file alone would stay the old one: measured), and sockets of services that it talks to.
 */
export function planShared(input: SharedInput): SharedDirectory[] {
	const found = new Map<Path, { kind: SharedKind; example: Path }>();
	const propose = (path: Path, kind: SharedKind, example: Path) => {
		if (!found.has(path)) found.set(path, { kind, example });
	};
	for (const socket of input.sockets) propose(parent(socket), "socket", socket);
	const keys = new Map<Path, Path>();
	for (const access of input.trace.accesses.values()) {
		const real = placeOf(access.path, input.files);
		if (access.succeeded.has("connect") && !access.succeeded.has("listen") && access.path !== syslogName) {
			if (input.mayReach(real) && input.files.status(real)?.kind === "socket") propose(parent(real), "socket", real);
		}
		const kind = input.files.status(real)?.kind;
		if (kind === "directory" && access.succeeded.has("list") && isContentPlace(real, input)) propose(real, "data", real);
		if (!access.succeeded.has("read") || access.succeeded.has("write") || kind !== "file") continue;
		const places = certificatePlaces(access, real, input);
		const isKey = !certificate.test(input.files.read(real, headSize)?.toString("latin1") ?? "");
		for (const place of places) isKey ? keys.set(place, access.path) : propose(place, "certificates", access.path);
		if (!places.length && isContent(access, real, input)) propose(parent(real), "data", real);
	}
	// A key is renewed with its certificate; where there is none, it is a secret like any other.
	if ([...found.values()].some(({ kind }) => kind === "certificates")) {
		for (const [place, example] of keys) propose(place, "certificates", example);
	}
	const paths = [...found.keys()];
	return paths
		.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)))
		.sort()
		.flatMap((path): SharedDirectory[] => {
			const { example, kind } = found.get(path) ?? { kind: "data" as const, example: path };
			if (!mayBeShared(path, input)) return [];
			if (kind === "socket") return holdsOnlySockets(path, input) ? [{ path, kind, example, files: 0, bytes: 0 }] : [];
			const size = measure(path, kind, input);
			return size ? [{ path, kind, example, ...size }] : [];
		});
}

/** Characters that every mount option, unit and script takes as they are; a directory of another name is copied. */
const plainName = /^[\w./@+,=~-]+$/;

function mayBeShared(path: Path, { files, included, isLeftOut, owner, settled }: SharedInput): boolean {
	const status = files.status(path);
	const overlaps = [...settled, ...included].some((one) => isWithin(path, one) || isWithin(one, path));
	if (status === undefined || !mayBeBound(path) || !plainName.test(path) || isLeftOut(path, status) || overlaps) return false;
	return isKept(path, files, owner);
}

/** Whether nobody but root and the cage's owner can put another directory in its place: nobody was asked about the risk. */
function isKept(path: Path, files: Files, owner: number): boolean {
	const parts = directoriesTo(path).flatMap((part): PathComponent[] => {
		const status = files.status(part);
		return status ? [{ ...status, path: part }] : [];
	});
	return !untrustedComponents(parts, owner).length;
}

function isContent({ succeeded }: Access, real: Path, input: SharedInput): boolean {
	if (succeeded.has("execute") || !isContentPlace(parent(real), input)) return false;
	const head = input.files.read(real, 4);
	return head !== undefined && head.toString("latin1") !== "\x7fELF";
}

function isContentPlace(directory: Path, { isOwn }: SharedInput): boolean {
	const top = dataTops.find((one) => isWithin(directory, one));
	const isCommon = directory === top || isSystemDirectory(directory) || isTemporaryTop(directory);
	return top !== undefined && !isCommon && !isOwn(directory);
}

/**
 * The directory in which a certificate is named and the one in which it really is; none where either holds other things too, or may not be shared: a
 * renewed name that leads to an old copy would be worse than two copies.
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
 * Whether a file is another version of one that may go in: certbot keeps `privkey1.pem`, `privkey2.pem` in `archive/` and lets `live/privkey.pem` point to
 * the newest of them.
 */
function isOtherVersion(path: Path, { files, isLeftOut, isSecret, trace }: SharedInput): boolean {
	// A harmless file with a number opens no door to a secret with another.
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

/** What services put beside their sockets. A directory that holds anything else is not there for them. */
const besideSockets = /\.(pid|lock)$|^\.s\.PGSQL\.\d+\.lock$/;

function holdsOnlySockets(directory: Path, { files, mayReach }: SharedInput): boolean {
	if (isSystemDirectory(directory) || holdsState(directory) || isTemporaryTop(directory) || isHome(directory)) return false;
	return files.list(directory).every((name) => {
		const path = join(directory, name);
		const kind = files.status(path)?.kind;
		// The directory is mounted, and with it every socket that is in it.
		return (kind === "socket" && mayReach(path)) || kind === "symlink" || (kind === "file" && besideSockets.test(name));
	});
}

/** Whether a file says of itself that it is not for everybody: setuid, or not readable for the application's accounts. */
function isPrivate({ gid, mode, uid }: FileStatus, { gids, uids }: SharedInput): boolean {
	const isReadable = mode & 0o004 || (gids.has(gid) && mode & 0o040) || (uids.has(uid) && mode & 0o400);
	return (mode & 0o6000) !== 0 || !isReadable;
}

/** undefined where something in it must not go in: then it is not shared, and only what was used of it is copied. */
function measure(top: Path, kind: SharedKind, input: SharedInput): { files: number; bytes: number } | undefined {
	const { files, isLeftOut } = input;
	const isForbidden = (path: Path, status: FileStatus) => {
		if (isLeftOut(path, status)) return kind !== "certificates" || !isOtherVersion(path, input);
		if (status.kind === "directory" || status.kind === "symlink") return false;
		// A key is private, and its directory was asked about above.
		return status.kind !== "file" || (kind !== "certificates" && isPrivate(status, input));
	};
	const size = { files: 0, bytes: 0 };
	const pending: Path[] = [top];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		for (const name of files.list(directory)) {
			const path = join(directory, name);
			const status = files.status(path);
			if (!status) continue;
			if (isForbidden(path, status) || size.files >= mostFiles) return undefined;
			if (status.kind === "directory") pending.push(path);
			else if (status.kind === "file") {
				size.files++;
				size.bytes += status.size;
			}
		}
	}
	return size;
}

/** What browsers are sent. The application opens one of these when somebody asks for it, and any other of the directory the next moment. */
const page = /\.(x?html?|shtml|xslt?|css|m?js|map|svg|ico|png|gif|jpe?g|webp|avif|woff2?|ttf|webmanifest|tmpl|tpl)$/i;
/** Programs that load their own sources by these names. */
const interpreter = /^(node|nodejs|deno|bun)$/;

/** A directory with more is not taken whole: then only what was opened goes in. */
const most = { files: 2000, bytes: 64 * 1024 * 1024 };
/** Repositories, passwords and settings of editors lie beside pages and are none; these two are for visitors. */
const hidden = /^\.(?!well-known$|htaccess$)/;

/** Directories of which the application was asked for a page: all that everybody may read there goes in. */
export function servedTrees(trace: Trace, files: Files): LibraryTree[] {
	const tops = new Set<Path>();
	for (const { path, programs, succeeded } of trace.accesses.values()) {
		if (!succeeded.has("read") || succeeded.has("write") || !page.test(path)) continue;
		if ([...programs].some((program) => interpreter.test(baseName(program)))) continue;
		const real = placeOf(path, files);
		if (!page.test(real) || isLibraryFile(real)) continue;
		// A package may keep its pages elsewhere, with a link for each.
		for (const top of [parent(real), placeOf(parent(path), files)]) if (!isCommon(top)) tops.add(top);
	}
	const outermost = [...tops].filter((top) => ![...tops].some((other) => other !== top && isWithin(top, other)));
	return outermost.sort().flatMap((top) => {
		const paths = readableBelow(top, files);
		return paths ? [{ top, paths }] : [];
	});
}

/** A directory in which many have something of theirs. */
function isCommon(directory: Path): boolean {
	const depth = directory.split("/").length - 1;
	const isShallow = depth < (isWithin(directory, pathFromText("/usr")) ? 3 : 2);
	return isShallow || holdsState(directory) || isTemporaryTop(directory) || isHome(directory);
}

/** undefined where there is too much. */
function readableBelow(top: Path, files: Files): Path[] | undefined {
	const found: Path[] = [];
	let [bytes, seen] = [0, 0];
	const pending: Path[] = [top];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		for (const name of files.list(directory)) {
			if (++seen > most.files) return undefined;
			if (hidden.test(name)) continue;
			const path = join(directory, name);
			const status = files.status(path);
			if (status?.kind === "directory") pending.push(path);
			// Whoever may write there may have put a link to what only root reads.
			const led = status?.kind === "symlink" ? files.status(placeOf(path, files)) : status;
			const isReadable = led?.kind === "file" && (led.mode & 0o6004) === 0o004;
			const isLink = status?.kind === "symlink" && led?.kind === "directory";
			if (status === undefined || !(isReadable || isLink)) continue;
			found.push(path);
			bytes += status.size;
			if (bytes > most.bytes) return undefined;
		}
	}
	return found;
}
