import type { ByteReader } from "../../base/machine/facts.ts";
import { isAbsolute, join, type Path, parent, pathFromText, resolvePath, root } from "../../base/path/path.ts";
import { abiOf, type Elf, machineOf, parseElf } from "./elf.ts";
import { type ConfFiles, libraryDirectories, parseLoaderCache } from "./ld-so.ts";

/** File access for following the loader. */
export interface LoaderFiles extends ConfFiles {
	/** Resolves all links; undefined if the chain ends nowhere. */
	resolve(path: Path): Path | undefined;
	/** Does not follow a link; `mode` contains the permission bits. */
	status(path: Path): { readonly kind: string; readonly mode: number } | undefined;
	/** Calls `use` with a reader of the regular file at `path`, which must not be a link; undefined if it cannot be opened. */
	inspect<T>(path: Path, use: (read: ByteReader) => T): T | undefined;
}

/** The environment and directory that influence the loader. */
export interface LoaderOptions {
	readonly environment?: {
		readonly LD_LIBRARY_PATH?: string | undefined;
		readonly LD_PRELOAD?: string | undefined;
		readonly PATH?: string | undefined;
	};
	/** Working directory for relative search directories, which are skipped without it. */
	readonly directory?: Path;
	/**
	 * Names of glibc-hwcaps subdirectories for this processor, best first, e.g. x86-64-v3, x86-64-v2. If absent, every variant
	 * of a library counts as needed, so that a cage also works on another processor.
	 */
	readonly hwcaps?: readonly string[];
}

/** An ELF file that a process loads. */
export interface LoadedObject {
	/** The name under which the loader (or the kernel) opened it. */
	readonly path: Path;
	readonly real: Path;
	readonly elf: Elf;
	/** The object that needs it. */
	readonly loader?: LoadedObject;
	/** The value of `$ORIGIN`. */
	readonly origin: Path;
}

export interface FoundLibrary {
	readonly path: Path;
	readonly real: Path;
	readonly elf: Elf;
}

/** The first candidate is the one that the loader probably takes; the others are its hwcaps variants. */
type Candidates = readonly [FoundLibrary, ...FoundLibrary[]] | readonly [];

/**
 * Searches like ld.so(8) (glibc's elf/dl-load.c, _dl_map_object): DT_RPATH of the object, of the objects that loaded it and of
 * the program, unless the object has a DT_RUNPATH; LD_LIBRARY_PATH; DT_RUNPATH; /etc/ld.so.cache; the default directories.
 * Skips candidates for another machine or class.
 */
export class LibrarySearch {
	readonly #files: LoaderFiles;
	readonly #options: LoaderOptions;
	readonly #loaded = new Map<Path, FoundLibrary | undefined>();
	readonly #hwcaps = new Map<Path, readonly string[]>();
	/** Most objects have no search path, so the result depends only on the machine. */
	readonly #common = new Map<string, Candidates>();
	readonly #config: () => { cache: ReturnType<typeof parseLoaderCache>; directories: readonly Path[] };
	readonly #preloadFile: () => readonly Path[];
	readonly #tupleOf: (elf: Elf) => string | undefined;
	readonly #systemDirectories: (elf: Elf) => readonly Path[];

	constructor(files: LoaderFiles, options: LoaderOptions) {
		this.#files = files;
		this.#options = options;
		this.#config = lazy(() => {
			const cache = parseLoaderCache(files.read("/etc/ld.so.cache" as Path) ?? Buffer.alloc(0));
			return { cache, directories: cache === undefined ? libraryDirectories("/etc/ld.so.conf" as Path, files) : [] };
		});
		// ld.so(8): blanks, colons or line ends separate names, and `#` starts a comment (glibc's elf/rtld.c).
		this.#preloadFile = lazy(() =>
			splitNames((files.read("/etc/ld.so.preload" as Path, 64 * 1024)?.toString("latin1") ?? "").replace(/#.*/g, "")),
		);
		this.#tupleOf = memo(abiOf, (elf: Elf) =>
			machineOf(elf).tuples.find((each) => files.resolve(`/lib/${each}` as Path) ?? files.resolve(`/usr/lib/${each}` as Path)),
		);
		this.#systemDirectories = memo(abiOf, (elf: Elf) => {
			const tuple = this.#tupleOf(elf);
			const multiarch = tuple === undefined ? [] : [`/lib/${tuple}`, `/usr/lib/${tuple}`];
			const others = machineOf(elf).directories.flatMap((name) => [`/${name}`, `/usr/${name}`]);
			return [...multiarch, ...others].filter((path) => files.resolve(path as Path) !== undefined) as Path[];
		});
	}

	/** Returns the ELF file at a path, following links. Cached. */
	load(path: Path): FoundLibrary | undefined {
		if (!this.#loaded.has(path)) this.#loaded.set(path, read(path, this.#files));
		return this.#loaded.get(path);
	}

	/** Returns the name that the loader uses for a library of `by`, with `$ORIGIN` and the like expanded in paths. */
	nameOf(name: Path, by: LoadedObject, main: LoadedObject): Path {
		return name.includes("/") && !isMusl(main) ? (substitute(name, by, this.#tupleOf(by.elf)) ?? name) : name;
	}

	/** Returns what LD_PRELOAD and /etc/ld.so.preload add to every program, in order: names or paths. */
	preloaded(main: LoadedObject): readonly Path[] {
		const asked = splitNames(pathFromText(this.#options.environment?.LD_PRELOAD ?? ""));
		return [...asked, ...(isMusl(main) ? [] : this.#preloadFile())].map((name) => this.nameOf(name, main, main));
	}

	/** Finds the library `name` for `by` in a process of `main`. */
	find(name: Path, by: LoadedObject, main: LoadedObject): Candidates {
		const isCommon = !name.includes("/") && !by.elf.noDefaultDirectories && hasNoPaths(by) && hasNoPaths(main) && !isMusl(main);
		if (!isCommon || /\$/.test(this.#options.environment?.LD_LIBRARY_PATH ?? ""))
			return this.#plainFirst(this.#search(name, by, main));
		const key = `${abiOf(by.elf)} ${name}`;
		const known = this.#common.get(key);
		if (known !== undefined) return known;
		const found = this.#plainFirst(this.#search(name, by, main));
		this.#common.set(key, found);
		return found;
	}

	#search(name: Path, by: LoadedObject, main: LoadedObject): FoundLibrary[] {
		const { directory: start, environment } = this.#options;
		const wanted = abiOf(by.elf);
		const found: FoundLibrary[] = [];
		if (name.includes("/")) {
			const path = isAbsolute(name) || start !== undefined ? resolvePath(start ?? root, name) : undefined;
			if (path !== undefined) this.#take(path, wanted, found);
			return found;
		}
		if (isMusl(main)) {
			const directories = muslDirectories(by, main, this.#files, this.#options);
			directories.some((directory) => this.#take(join(directory, name), wanted, found));
			return found;
		}
		const libraryPath = splitLibraryPath(environment?.LD_LIBRARY_PATH);
		const rpath = by.elf.runpath.length > 0 ? [] : [...ownPaths(by), main].flatMap((each) => this.#expand(each.elf.rpath, each));
		const named = [...rpath, ...this.#expand(libraryPath, main), ...this.#expand(by.elf.runpath, by)];
		if (this.#inDirectories(name, named, wanted, found)) return found;
		if (this.#inCache(name, by, wanted, found)) return found;
		if (!by.elf.noDefaultDirectories) this.#inDirectories(name, this.#systemDirectories(by.elf), wanted, found);
		return found;
	}

	/** Searches directories in order and collects variants until it finds the plain library. */
	#inDirectories(name: string, directories: readonly Path[], wanted: string, into: FoundLibrary[]): boolean {
		for (const directory of directories) {
			for (const hwcap of this.#hwcapsIn(directory)) {
				const isFound = this.#take(join(directory, `glibc-hwcaps/${hwcap}/${name}`), wanted, into);
				if (isFound && this.#options.hwcaps !== undefined) return true;
			}
			if (this.#take(join(directory, name), wanted, into)) return true;
		}
		return false;
	}

	#inCache(name: string, by: LoadedObject, wanted: string, into: FoundLibrary[]): boolean {
		const { hwcaps } = this.#options;
		const { cache, directories } = this.#config();
		const excluded = by.elf.noDefaultDirectories ? this.#systemDirectories(by.elf) : [];
		if (cache === undefined) {
			const allowed = directories.filter((each) => !excluded.includes(each));
			return this.#inDirectories(name, allowed, wanted, into);
		}
		const rank = (path: Path) => {
			const hwcap = /\/glibc-hwcaps\/([^/]+)\//.exec(path)?.[1];
			return hwcap === undefined ? Number.MAX_SAFE_INTEGER : (hwcaps?.indexOf(hwcap) ?? 0);
		};
		const paths = (cache.get(name) ?? []).filter((path) => rank(path) >= 0 && !excluded.includes(parent(path)));
		for (const path of paths.sort((a, b) => rank(a) - rank(b))) {
			const isPlain = rank(path) === Number.MAX_SAFE_INTEGER;
			if (this.#take(path, wanted, into) && (isPlain || hwcaps !== undefined)) return true;
		}
		return false;
	}

	#take(path: Path, wanted: string, into: FoundLibrary[]): boolean {
		const found = this.load(path);
		if (found === undefined || abiOf(found.elf) !== wanted) return false;
		into.push(found);
		return true;
	}

	/** Returns the glibc-hwcaps subdirectories to search before `directory`. */
	#hwcapsIn(directory: Path): readonly string[] {
		const known = this.#hwcaps.get(directory);
		if (known !== undefined) return known;
		const there: readonly string[] = this.#files.list(join(directory, "glibc-hwcaps"));
		const usable = this.#options.hwcaps?.filter((name) => there.includes(name)) ?? there;
		this.#hwcaps.set(directory, usable);
		return usable;
	}

	/** An empty list is ignored; an empty element of a longer one is the working directory. */
	#expand(elements: readonly string[], object: LoadedObject): Path[] {
		if (elements.length === 1 && elements[0] === "") return [];
		const { directory } = this.#options;
		return elements.flatMap((element) => expandDirectory(element, object, this.#tupleOf(object.elf), directory) ?? []);
	}

	/** If the processor is unknown, the plain library represents its variants. */
	#plainFirst(found: readonly FoundLibrary[]): Candidates {
		const unique = found.filter((each, at) => found.findIndex(({ path }) => path === each.path) === at);
		const ordered = this.#options.hwcaps === undefined ? [...unique.slice(-1), ...unique.slice(0, -1)] : unique.slice(0, 1);
		return ordered as unknown as Candidates;
	}
}

function read(path: Path, files: LoaderFiles): FoundLibrary | undefined {
	const real = files.resolve(path);
	const elf = real === undefined ? undefined : files.inspect(real, parseElf);
	return real === undefined || elf === undefined ? undefined : { path, real, elf };
}

/** Returns the object, the one that loaded it, and so on up to the program. */
function ownPaths(object: LoadedObject): LoadedObject[] {
	const chain: LoadedObject[] = [];
	for (let each: LoadedObject | undefined = object; each !== undefined; each = each.loader) chain.push(each);
	return chain;
}

function hasNoPaths(object: LoadedObject): boolean {
	return ownPaths(object).every(({ elf }) => elf.rpath.length === 0 && elf.runpath.length === 0);
}

function lazy<T>(make: () => T): () => T {
	let made: { value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

function memo<A, T>(keyOf: (argument: A) => string, make: (argument: A) => T): (argument: A) => T {
	const known = new Map<string, { value: T }>();
	return (argument) => {
		const key = keyOf(argument);
		let entry = known.get(key);
		if (entry === undefined) {
			entry = { value: make(argument) };
			known.set(key, entry);
		}
		return entry.value;
	};
}

/** Splits LD_PRELOAD or its file into names. */
function splitNames(list: string): Path[] {
	return list.split(/[\s:]+/).filter((name) => name !== "") as Path[];
}

/** Unlike DT_RPATH and DT_RUNPATH, LD_LIBRARY_PATH may contain semicolons as separators. */
function splitLibraryPath(value: string | undefined): string[] {
	return value === undefined || value === "" ? [] : pathFromText(value).split(/[:;]/);
}

/** Returns undefined if a variable is unknown, or if the result is relative and there is no working directory. */
function expandDirectory(element: string, object: LoadedObject, tuple: string | undefined, directory?: Path): Path | undefined {
	const expanded = substitute(element, object, tuple);
	if (expanded === undefined) return undefined;
	if (isAbsolute(expanded)) return resolvePath(root, expanded);
	return directory === undefined ? undefined : resolvePath(directory, expanded);
}

/** Expands `$ORIGIN`, `$LIB` and `$PLATFORM`, with or without braces. Returns undefined if one is unknown. */
function substitute(text: string, object: LoadedObject, tuple: string | undefined): Path | undefined {
	const machine = machineOf(object.elf);
	const values: Record<string, string | undefined> = {
		ORIGIN: object.origin,
		LIB: tuple === undefined ? machine.directories[0] : `lib/${tuple}`,
		PLATFORM: machine.platform,
	};
	let isKnown = true;
	const expanded = text.replace(/\$(?:(ORIGIN|LIB|PLATFORM)(?!\w)|\{(ORIGIN|LIB|PLATFORM)\})/g, (_, plain, braced) => {
		const value = values[plain ?? braced];
		if (value === undefined) isKnown = false;
		return value ?? "";
	}) as Path;
	return isKnown ? expanded : undefined;
}

export function isMusl(main: Pick<LoadedObject, "elf">): boolean {
	return /\/ld-musl-[^/]*$/.test(main.elf.interpreter ?? "");
}

/** musl has these built into its libc and ignores files with these names (ldso/dynlink.c, load_library). */
export function isInMuslLibc(name: string): boolean {
	return /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

/**
 * Returns the directories where musl's loader searches (ldso/dynlink.c, load_library): LD_LIBRARY_PATH verbatim; DT_RPATH and
 * DT_RUNPATH of the object and of those that loaded it, up to the program; then the machine's directories.
 */
function muslDirectories(by: LoadedObject, main: LoadedObject, files: LoaderFiles, options: LoaderOptions): Path[] {
	const start = options.directory;
	const listed = pathFromText(options.environment?.LD_LIBRARY_PATH ?? "").split(/[:\n]/);
	const directories = [...listed, ...runPaths(by, main), ...machineDirectories(main, files)].filter((each) => each !== "");
	return (directories as Path[]).flatMap((each) =>
		isAbsolute(each) || start !== undefined ? [resolvePath(start ?? root, each)] : [],
	);
}

function runPaths(by: LoadedObject, main: LoadedObject): string[] {
	const elements: string[] = [];
	for (let each: LoadedObject | undefined = by; each !== undefined; each = each.loader ?? (each === main ? undefined : main)) {
		const own = [...each.elf.rpath, ...each.elf.runpath];
		// Any other dollar invalidates the whole list (fixup_rpath).
		if (own.some((element) => /\$(?!ORIGIN|\{ORIGIN\})/.test(element))) continue;
		elements.push(...own.map((element) => element.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => (each as LoadedObject).origin)));
	}
	return elements;
}

/** Reads the file next to the loader, one directory a line or with colons; defaults to these three. */
function machineDirectories(main: LoadedObject, files: LoaderFiles): string[] {
	const architecture = /ld-musl-(.*)\.so\.1$/.exec(main.elf.interpreter ?? "")?.[1];
	const configured = architecture === undefined ? undefined : files.read(`/etc/ld-musl-${architecture}.path` as Path, 64 * 1024);
	return configured?.toString("latin1").split(/[\n:]/) ?? ["/lib", "/usr/local/lib", "/usr/lib"];
}
