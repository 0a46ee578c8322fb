import { omitUndefined } from "../../base/collections.ts";
import { isAbsolute, type Path, parent, pathFromText } from "../../base/path/path.ts";
import { abiOf, type DlopenNote } from "./elf.ts";
import { parseShebang, scriptPrograms, shebangBytes } from "./script.ts";
import {
	type FoundLibrary,
	isInMuslLibc,
	isMusl,
	LibrarySearch,
	type LoadedObject,
	type LoaderFiles,
	type LoaderOptions,
} from "./search.ts";

/** A library on this machine that a program may load while it runs; offered, but not required. */
interface OptionalLibrary {
	readonly soname: string;
	readonly path: Path;
	readonly feature?: string;
	/** `required`, `recommended` or `suggested`, from the note. */
	readonly priority: string;
	/** The files whose notes name it. */
	readonly by: ReadonlySet<Path>;
	/** Libraries that it would add and nothing else needs. */
	readonly needs: ReadonlySet<Path>;
}

/** Paths are the names under which the kernel and the loader open the files; links are not resolved. */
export interface LibraryClosure {
	/** Each library with the files that need it. */
	readonly needed: ReadonlyMap<Path, ReadonlySet<Path>>;
	/** Each program that the kernel runs instead of a file (ELF or `#!` interpreter, program of env(1)) with those files. */
	readonly interpreters: ReadonlyMap<Path, ReadonlySet<Path>>;
	/** Libraries and interpreters that the loader would not find. */
	readonly missing: readonly { readonly soname: string; readonly by: Path }[];
	readonly optional: readonly OptionalLibrary[];
}

/** How often an interpreter may itself be a script (execve(2)). */
const maxScriptDepth = 5;

/** Returns everything that the kernel and the loader open before `start` run: programs, libraries and scripts. */
export function libraryClosure(start: readonly Path[], files: LoaderFiles, options: LoaderOptions = {}): LibraryClosure {
	return closureOf(files, options)(start);
}

/** Like `libraryClosure`, but for several calls: keeps what it has read. */
export function closureOf(files: LoaderFiles, options: LoaderOptions = {}): (start: readonly Path[]) => LibraryClosure {
	const search = new LibrarySearch(files, options);
	return (start) => new Closure(files, options, search).of(start);
}

/** A program's process; a library whose program may supply missing libraries; a library that a running program may load. */
type Kind = "program" | "library" | "optional";

interface LoadResult {
	/** False if the loader would give up. */
	readonly isFound: boolean;
	/** The objects that were loaded; `isNew` is false if another name had already loaded the same file. */
	readonly objects: readonly { readonly object: LoadedObject; readonly isNew: boolean }[];
}

class Closure {
	readonly #files: LoaderFiles;
	readonly #options: LoaderOptions;
	readonly #search: LibrarySearch;
	readonly #needed = new Map<Path, Set<Path>>();
	readonly #interpreters = new Map<Path, Set<Path>>();
	readonly #missing = new Map<string, { soname: string; by: Path }>();
	readonly #optional = new Map<Path, OptionalLibrary & { readonly by: Set<Path>; readonly needs: Set<Path> }>();
	readonly #started = new Set<Path>();
	/** Names and files of everything in the programs' processes: a plug-in's libraries are often supplied by its program. */
	readonly #inPrograms = new Set<string>();
	/** Names of the dynamic loaders, which are in every process before any library. */
	readonly #loaders = new Set<string>();

	constructor(files: LoaderFiles, options: LoaderOptions, search: LibrarySearch) {
		this.#files = files;
		this.#options = options;
		this.#search = search;
	}

	of(start: readonly Path[]): LibraryClosure {
		const libraries: Path[] = [];
		for (const path of start) {
			const found = this.#search.load(path);
			if (found === undefined) this.#script(path, 0);
			else if (found.elf.interpreter !== undefined) this.#process(path, found);
			else libraries.push(path);
		}
		for (const path of libraries) {
			const found = this.#search.load(path);
			if (found !== undefined && !this.#inPrograms.has(found.real)) this.#process(path, found);
		}
		for (const path of this.#needed.keys()) this.#optional.delete(path);
		for (const { needs } of this.#optional.values()) {
			for (const path of needs) if (this.#needed.has(path)) needs.delete(path);
		}
		return {
			needed: this.#needed,
			interpreters: this.#interpreters,
			missing: [...this.#missing.values()],
			optional: [...this.#optional.values()],
		};
	}

	#script(path: Path, depth: number): void {
		if (this.#started.has(path) || depth > maxScriptDepth) return;
		this.#started.add(path);
		const real = this.#files.resolve(path);
		const line = real === undefined ? undefined : this.#files.read(real, shebangBytes);
		const shebang = line === undefined ? undefined : parseShebang(line);
		if (shebang === undefined) return;
		const named = scriptPrograms(shebang, this.#files, this.#options);
		for (const interpreter of named) {
			if (interpreter === undefined) continue;
			const found = this.#search.load(interpreter);
			if (found === undefined && this.#files.resolve(interpreter) === undefined) {
				this.#addMissing(interpreter, path);
				continue;
			}
			add(this.#interpreters, interpreter, path);
			if (found === undefined) this.#script(interpreter, depth + 1);
			else this.#process(interpreter, found);
		}
		if (shebang.lookup !== undefined && named[1] === undefined) this.#addMissing(shebang.lookup, path);
	}

	/** Loads a program (or a dlopened library) into its own process, breadth first like the loader. */
	#process(path: Path, { real, elf }: FoundLibrary): void {
		if (this.#started.has(path)) return;
		this.#started.add(path);
		const isProgram = elf.interpreter !== undefined;
		// The kernel passes a program's real path to its loader; a library keeps the name it was opened by.
		const main: LoadedObject = { path, real, elf, origin: parent(isProgram ? real : path) };
		const inside = new Process(main);
		if (elf.interpreter !== undefined) this.#interpreter(elf.interpreter, main, inside);
		const preloaded = isProgram ? this.#preload(main, inside) : [];
		this.#load([main, ...preloaded], inside, isProgram ? "program" : "library");
		for (const object of inside.objects()) if (isProgram) this.#inPrograms.add(object.real);
		for (const name of inside.names()) if (isProgram) this.#inPrograms.add(name);
		this.#offer(inside);
	}

	#interpreter(path: Path, main: LoadedObject, inside: Process): void {
		const found = isAbsolute(path) ? this.#search.load(path) : undefined;
		if (found === undefined) {
			this.#addMissing(path, main.path);
			return;
		}
		add(this.#interpreters, path, main.path);
		if (found.elf.soname !== undefined) this.#loaders.add(found.elf.soname);
		inside.enter({ ...found, origin: parent(path), loader: main }, path);
	}

	/** Loads everything that `queue` needs into the process and returns the new objects. */
	#load(queue: LoadedObject[], inside: Process, kind: Kind): LoadedObject[] {
		const loaded: LoadedObject[] = [];
		for (let by = queue.shift(); by !== undefined; by = queue.shift()) {
			for (const wanted of by.elf.needed) {
				const name = this.#search.nameOf(wanted, by, inside.main);
				const { isFound, objects } = this.#loadNamed(name, by, inside, kind);
				if (!isFound && this.#isNeeded(name, kind)) this.#addMissing(name, by.path);
				for (const { isNew, object } of objects) {
					loaded.push(object);
					if (isNew) queue.push(object);
				}
			}
		}
		return loaded;
	}

	/** Loads the libraries that the loader adds to every program (ld.so(8), LD_PRELOAD); missing ones are ignored. */
	#preload(main: LoadedObject, inside: Process): LoadedObject[] {
		return this.#search
			.preloaded(main)
			.flatMap((name) => this.#loadNamed(name, main, inside, "program").objects)
			.flatMap(({ isNew, object }) => (isNew ? [object] : []));
	}

	#loadNamed(name: Path, by: LoadedObject, inside: Process, kind: Kind): LoadResult {
		const known = inside.get(name);
		if (known !== undefined) {
			if (kind !== "optional" && this.#needed.has(known.path) && known !== inside.main) add(this.#needed, known.path, by.path);
			return { isFound: true, objects: [] };
		}
		if ((isMusl(inside.main) && isInMuslLibc(name)) || (kind !== "program" && this.#loaders.has(name)))
			return { isFound: true, objects: [] };
		const candidates = this.#search.find(name, by, inside.main);
		const objects = candidates.map((each, at) => {
			if (kind !== "optional") add(this.#needed, each.path, by.path);
			const object: LoadedObject = { ...each, origin: parent(each.path), loader: by };
			return { object, isNew: inside.enter(object, at === 0 ? name : each.path) };
		});
		return { isFound: candidates.length > 0, objects };
	}

	#isNeeded(name: Path, kind: Kind): boolean {
		return kind === "program" || (kind === "library" && !this.#inPrograms.has(name));
	}

	/** Finds the libraries that dlopen notes name, including the notes of those libraries. */
	#offer(inside: Process): void {
		const pending = [...inside.objects()];
		const done = new Set<Path>();
		for (let by = pending.pop(); by !== undefined; by = pending.pop()) {
			if (done.has(by.path)) continue;
			done.add(by.path);
			for (const note of by.elf.dlopen) {
				if (!note.sonames.some((name) => inside.get(name))) pending.push(...this.#offerOne(note, by, inside));
			}
		}
	}

	/** Loads a note's library into its own copy of the process, so that a shared dependency counts for each note. */
	#offerOne({ sonames, feature, priority }: DlopenNote, by: LoadedObject, inside: Process): LoadedObject[] {
		for (const soname of sonames) {
			const [found] = this.#search.find(pathFromText(soname), by, inside.main);
			if (found === undefined) continue;
			const object: LoadedObject = { ...found, origin: parent(found.path), loader: by };
			const fork = new Process(inside.main, inside);
			const loaded = fork.enter(object, soname) ? this.#load([object], fork, "optional") : [];
			const known = this.#optional.get(found.path) ?? {
				soname,
				path: found.path,
				...omitUndefined({ feature }),
				priority,
				by: new Set<Path>(),
				needs: new Set<Path>(),
			};
			this.#optional.set(found.path, known);
			known.by.add(by.path);
			for (const { path } of loaded) if (path !== found.path) known.needs.add(path);
			return [object, ...loaded];
		}
		return [];
	}

	#addMissing(soname: string, by: Path): void {
		this.#missing.set(`${soname}\0${by}`, { soname, by });
	}
}

function add(to: Map<Path, Set<Path>>, path: Path, by: Path): void {
	const set = to.get(path);
	if (set === undefined) to.set(path, new Set([by]));
	else set.add(by);
}

/** The objects of one process by every name that the loader knows. */
class Process {
	readonly main: LoadedObject;
	readonly #byName: Map<string, LoadedObject>;
	readonly #byFile: Map<string, LoadedObject>;

	constructor(main: LoadedObject, from?: Process) {
		this.main = main;
		this.#byName = new Map(from === undefined ? [] : from.#byName);
		this.#byFile = new Map(from === undefined ? [] : from.#byFile);
		this.enter(main, main.path);
	}

	get(name: string): LoadedObject | undefined {
		return this.#byName.get(name);
	}

	names(): Iterable<string> {
		return this.#byName.keys();
	}

	objects(): Iterable<LoadedObject> {
		return this.#byFile.values();
	}

	/** Returns false if the file is already loaded; then it only gets another name. */
	enter(object: LoadedObject, name: string): boolean {
		const key = `${abiOf(object.elf)} ${object.real}`;
		const known = this.#byFile.get(key);
		const entered = known ?? object;
		this.#byFile.set(key, entered);
		this.#byName.set(name, entered);
		// musl's loader knows a library only by the names under which it was requested.
		const soname = isMusl(this.main) ? undefined : entered.elf.soname;
		if (soname !== undefined && !this.#byName.has(soname)) this.#byName.set(soname, entered);
		return known === undefined;
	}
}
