import { Failure, type FailureCode } from "../../base/failure.ts";
import { isWithin, type Path, parent, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { separateDataName } from "../../cage/layout.ts";
import type { ArchiveEntry } from "./tar.ts";

/**
 * The members of an exported cage and where each may be. A name is only created below a directory that the archive created, so
 * nothing is written through a link. All checks precede the first write.
 */

/** Far above any cage: the largest exports have about 60,000 names. */
export const archiveLimits = {
	entries: 1_000_000,
	/** Bytes of a name with its folders: the longest that tools can name below the state folder. */
	path: 3500,
	name: 255,
	/** Bytes of all names, and segments of sparse files: both are kept in memory. */
	names: 2 ** 28,
	segments: 2_000_000,
	depth: 200,
	/** Bytes of the members that are kept in memory until the import is confirmed. The head names every owner of the data. */
	head: 16 * 1024 * 1024,
	cage: 16 * 1024 * 1024,
	manifest: 128 * 1024 * 1024,
	trace: 32 * 1024 * 1024,
	traces: 64,
	log: 32 * 1024 * 1024,
	seeded: 16 * 1024 * 1024,
	/** Bytes of one file including holes, and of all files: holes take no disk space, but reading them takes time. */
	file: 2 ** 40,
	generation: 2 ** 36,
	all: 2 ** 42,
} as const;

export type ArchivePart = "head" | "cage" | "manifest" | "trace" | "log" | "seeded" | "folder" | "generation" | "data";

/** Assigns each member of an archive to a part. Throws failures with exit status 4 that name the path. */
export class ArchiveMembers {
	readonly #generation: number;
	/** All members so far. */
	readonly #known = new Map<Path, "directory" | "file" | "other">();
	readonly #links: { readonly path: Path; readonly target: Path }[] = [];
	readonly #hardLinks: { readonly path: Path; readonly target: Path }[] = [];
	#traces = 0;
	#nameBytes = 0;
	#segments = 0;
	#bytes = 0;
	#generationBytes = 0;

	constructor(head: { readonly generation: number }) {
		this.#generation = head.generation;
	}

	take(entry: ArchiveEntry): ArchivePart {
		const { kind, path } = entry;
		requireName(path);
		if (this.#known.has(path)) throw refusal("archive-twice", path);
		if (this.#known.size >= archiveLimits.entries) throw limit(path, "entries", archiveLimits.entries);
		const part = this.#partOf(path);
		if (part === undefined) throw refusal("archive-place", path);
		this.#requireKind(entry, part);
		this.#count(entry, part);
		if (part === "trace" && ++this.#traces > archiveLimits.traces) throw limit(path, "traces", archiveLimits.traces);
		this.#known.set(path, kind === "directory" ? "directory" : kind === "file" ? "file" : "other");
		return part;
	}

	/**
	 * Checks that need all names. Links in the data must stay inside one of the writable directories (paths in the cage). These
	 * directories and all directories above them must not be links.
	 */
	finish(writable: readonly Path[]): void {
		const outermost = writable.filter((path) => !writable.some((other) => other !== path && isWithin(path, other)));
		for (const { path, target } of this.#links) {
			const place = path.slice("data".length) as Path;
			const above = outermost.find((directory) => directory !== place && isWithin(place, directory));
			const isOnTheWay = writable.some((directory) => isWithin(directory, place));
			if (above === undefined || isOnTheWay || !staysWithin(place, target, above)) throw refusal("archive-link", path);
		}
		for (const { path, target } of this.#hardLinks) {
			const place = path.slice("data".length) as Path;
			const other = target.slice("data".length) as Path;
			const above = outermost.find((directory) => isWithin(place, directory));
			if (above === undefined || !isWithin(other, above)) throw refusal("archive-hard-link", path);
		}
		for (const directory of writable) {
			for (let at = `data${directory}` as Path; at !== "data"; at = parentOf(at)) {
				const kind = this.#known.get(at);
				if (kind !== undefined && kind !== "directory") throw refusal("archive-place", at);
			}
		}
	}

	#partOf(path: Path): ArchivePart | undefined {
		const root = `generations/${this.#generation}`;
		switch (path) {
			case "export.json":
				return "head";
			case "cage.json":
				return "cage";
			case "log":
				return "log";
			case "seeded.json":
				return "seeded";
			case `manifests/${this.#generation}.json`:
				return "manifest";
			case "manifests":
			case "traces":
			case "generations":
				return "folder";
			case root:
				return "generation";
			case "data":
				return "data";
		}
		if (/^traces\/[\w-]{1,64}\.json\.gz$/.test(path)) return "trace";
		if (path.startsWith(`${root}/`)) return this.#known.get(parentOf(path)) === "directory" ? "generation" : undefined;
		if (path === `data/${separateDataName}`) return undefined;
		if (path.startsWith("data/")) return this.#known.get(parentOf(path)) === "directory" ? "data" : undefined;
		return undefined;
	}

	#requireKind({ kind, link, mode, path }: ArchiveEntry, part: ArchivePart): void {
		const isTop = path === "data" || path === `generations/${this.#generation}`;
		const isTree = part === "generation" || part === "data";
		if (kind === "symlink" && (!isTree || isTop)) throw refusal("archive-link", path);
		if (part === "folder" || isTop ? kind !== "directory" : kind === "directory" && !isTree) throw refusal("archive-place", path);
		if (kind === "character-device" || kind === "block-device" || kind === "fifo") {
			// The build creates the devices of the manifest.
			if (part === "generation" && kind === "character-device") return;
			throw refusal("archive-node", path, { kind });
		}
		if (kind === "symlink") {
			if (!link || link.includes("\0") || link.length > 4095) throw refusal("archive-link", path);
			if (part === "data") this.#links.push({ path, target: link });
		} else if (kind === "hard-link") {
			// GNU tar writes a hard link for a file that it has packed already. Only the application's data may contain one.
			if (part !== "data" || !link?.startsWith("data/") || this.#known.get(link) !== "file")
				throw refusal("archive-hard-link", path);
			this.#hardLinks.push({ path, target: link });
		} else if (part === "data" && kind === "file" && mode & 0o6000) throw refusal("archive-setuid", path);
	}

	#count({ path, segments, size }: ArchiveEntry, part: ArchivePart): void {
		this.#nameBytes += path.length;
		if (this.#nameBytes > archiveLimits.names) throw limit(path, "names", archiveLimits.names);
		this.#segments += segments?.length ?? 0;
		if (this.#segments > archiveLimits.segments) throw limit(path, "holes", archiveLimits.segments);
		const most = part === "generation" || part === "data" || part === "folder" ? archiveLimits.file : archiveLimits[part];
		if (size > most) throw limit(path, "bytes", most);
		this.#bytes += size;
		if (part === "generation") this.#generationBytes += size;
		if (this.#generationBytes > archiveLimits.generation) throw limit(path, "bytes", archiveLimits.generation);
		if (this.#bytes > archiveLimits.all) throw limit(path, "bytes", archiveLimits.all);
	}
}

function requireName(path: Path): void {
	const names = path.split("/");
	const isName = (name: string) => name !== "" && name !== "." && name !== ".." && !name.includes("\0");
	if (!names.every(isName)) throw refusal("archive-name", path);
	if (path.length > archiveLimits.path) throw limit(path, "path", archiveLimits.path);
	if (names.some((name) => name.length > archiveLimits.name)) throw limit(path, "name", archiveLimits.name);
	if (names.length > archiveLimits.depth) throw limit(path, "depth", archiveLimits.depth);
}

/**
 * Returns whether a link at `place` certainly ends inside `directory`: it climbs first, from real directories, and then only
 * descends. A `..` after a name could leave the directory through another link.
 */
export function staysWithin(place: Path, target: Path, directory: Path): boolean {
	if (target.startsWith("/")) return false;
	let reached = parent(place);
	let descends = false;
	for (const part of target.split("/")) {
		if (part === "" || part === ".") continue;
		if (part !== "..") {
			descends = true;
			continue;
		}
		if (descends || reached === directory) return false;
		reached = parent(reached);
	}
	return isWithin(reached, directory);
}

/** Returns the directory of a relative name. */
function parentOf(path: Path): Path {
	return path.slice(0, Math.max(0, path.lastIndexOf("/"))) as Path;
}

/** Shortens a name to fit into one line. */
function shown(path: Path): string {
	return showPath(path.length > 200 ? (`${path.slice(0, 200)}…` as Path) : path);
}

function refusal(code: FailureCode, path: Path, values: Readonly<Record<string, string>> = {}): Failure {
	return new Failure(code, { path: shown(path), ...values }, 4);
}

function limit(path: Path, what: string, most: number): Failure {
	return new Failure("archive-limit", { path: shown(path), what, most }, 4);
}

/** Returns the path in the cage for a member of the generation. */
export function placeInGeneration(path: Path, generation: number): Path {
	const place = path.slice(`generations/${generation}`.length);
	return place === "" ? pathFromText("/") : (place as Path);
}
