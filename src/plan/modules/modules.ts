import type { Files } from "../../base/machine/facts.ts";
import { baseName, join, type Path, parent, root } from "../../base/path/path.ts";

/** A started script, one of the application's own sources, or a module that any program may use. */
export type Role = "program" | "own" | "module";

/** Finds the module files of this machine that a source names. */
export interface ModuleLanguage {
	/** Source files by their names. */
	readonly source: RegExp;
	/** The interpreter in a script's first line. */
	readonly interpreter: RegExp;
	/** Returns what `text` at `path` loads, now or later. Paths exist and may be links. */
	references(path: Path, text: string, role: Role): Iterable<Path>;
	/** Returns modules that the interpreter itself loads without a statement in any source. */
	builtIn(): Iterable<Path>;
}

/** The names in directories, each listed once. */
export class Listings {
	readonly #files: Pick<Files, "list" | "status">;
	readonly #names = new Map<Path, ReadonlySet<Path>>();

	constructor(files: Pick<Files, "list" | "status">) {
		this.#files = files;
	}

	names(directory: Path): ReadonlySet<Path> {
		const known = this.#names.get(directory);
		if (known) return known;
		// Most of these directories do not exist; their parent's listing shows that without asking the machine.
		const exists = directory === root || this.names(parent(directory)).has(baseName(directory));
		const names = new Set(exists ? this.#files.list(directory) : []);
		this.#names.set(directory, names);
		return names;
	}

	/** Returns `directory/name` if it exists. */
	find(directory: Path, name: string): Path[] {
		return this.names(directory).has(name as Path) ? [join(directory, name)] : [];
	}

	/** Returns the file at `below` (parts with slashes) under `directory`, if it exists. */
	findBelow(directory: Path, below: string): Path[] {
		const at = below.lastIndexOf("/");
		return at < 0 ? this.find(directory, below) : this.find(join(directory, below.slice(0, at)), below.slice(at + 1));
	}

	/** Returns files directly in `directory`, or in everything below it. */
	files(directory: Path, isDeep: boolean): Path[] {
		return [...this.names(directory)].flatMap((name) => {
			const path = join(directory, name);
			const kind = this.#files.status(path)?.kind;
			if (kind === "directory") return isDeep ? this.files(path, true) : [];
			return kind === "file" || kind === "symlink" ? [path] : [];
		});
	}
}

/** Bytes of a source; all known ones are shorter. */
const mostRead = 4 * 1024 * 1024;

/**
 * Returns the modules that can be loaded from `start`, found in the text of the sources: statements in functions and error paths count as
 * those at the top. Names that a program computes are not found.
 */
export function reachedModules(
	start: ReadonlyMap<Path, Role>,
	language: ModuleLanguage,
	files: Pick<Files, "read" | "resolve" | "status">,
): Set<Path> {
	const directories = new Map<Path, Path | undefined>();
	/** As `files.resolve`, which is asked for directories and links alone: most modules share a directory with others. */
	function realPlace(path: Path): Path | undefined {
		const above = parent(path);
		if (!directories.has(above)) directories.set(above, files.resolve(above));
		const directory = directories.get(above);
		const place = directory === undefined ? undefined : join(directory, baseName(path));
		return place !== undefined && files.status(place)?.kind === "symlink" ? files.resolve(place) : place;
	}

	const reached = new Set<Path>();
	const named = new Set<Path>();
	const pending = [...start.keys(), ...language.builtIn()];
	for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
		if (named.has(path)) continue;
		named.add(path);
		const real = realPlace(path);
		if (real === undefined || reached.has(real)) continue;
		reached.add(real);
		const role = start.get(real) ?? "module";
		if (role === "module" && !language.source.test(real)) continue;
		const text = files.read(real, mostRead)?.toString("latin1");
		if (text !== undefined) pending.push(...language.references(real, text, role));
	}
	return reached;
}
