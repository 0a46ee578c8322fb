import { isAbsolute, join, type Path, parent, pathFromText, resolvePath, root } from "../path/path.ts";
import { abiOf, type ByteReader, type Elf, machineOf, parseElf } from "./elf.ts";
import { type ConfFiles, libraryDirectories, parseLoaderCache } from "./ld-so.ts";

/** What following the loader needs of the machine. */
export interface LoaderFiles extends ConfFiles {
	/** All links resolved, or undefined where the chain ends in nothing. */
	resolve(path: Path): Path | undefined;
	/** Of the name itself; `mode` holds the permission bits. */
	status(path: Path): { readonly kind: string; readonly mode: number } | undefined;
	/** Lends `use` a reader of the regular file at `path`, itself no link; undefined where it cannot be opened. */
	inspect<T>(path: Path, use: (read: ByteReader) => T): T | undefined;
}

/** What of the process's surroundings steers the loader. */
export interface LoaderOptions {
	readonly environment?: {
		readonly LD_LIBRARY_PATH?: string | undefined;
		readonly LD_PRELOAD?: string | undefined;
		readonly PATH?: string | undefined;
	};
	/** Working directory, which relative search directories start from; without it they are passed over. */
	readonly directory?: Path;
	/**
	 * The names of glibc-hwcaps subdirectories that this processor can use, best first, e.g. x86-64-v3, x86-64-v2. Left out, every
	 * variant of a library counts as needed, so that a cage works on another processor too.
	 */
	readonly hwcaps?: readonly string[];
}

/** An ELF file on its way into a process. */
export interface LoadedObject {
	/** The name under which the loader (or the kernel) opened it. */
	readonly path: Path;
	readonly real: Path;
	readonly elf: Elf;
	/** The object whose need brought it in. */
	readonly loader?: LoadedObject;
	/** What `$ORIGIN` stands for. */
	readonly origin: Path;
}

export interface Found {
	readonly path: Path;
	readonly real: Path;
	readonly elf: Elf;
}

/** A library's candidates: the first is the one that the loader takes, as far as that can be told; the others are its hwcaps variants. */
type Candidates = readonly [Found, ...Found[]] | readonly [];

export interface LibrarySearch {
	/** The ELF file at a path, links followed; remembered for the life of the search. */
	load(path: Path): Found | undefined;
	/** The name that the loader goes by for what `by` needs: `$ORIGIN` and the like in a path are put in their places. */
	nameOf(name: Path, by: LoadedObject, main: LoadedObject): Path;
	/** What the environment (LD_PRELOAD) and the machine (/etc/ld.so.preload) put into every program, in order: names or paths. */
	preloaded(main: LoadedObject): readonly Path[];
	/** Where the loader finds what `by` needs under `name`; `main` is the program. */
	find(name: Path, by: LoadedObject, main: LoadedObject): Candidates;
}

/**
 * The search of ld.so(8), glibc's elf/dl-load.c (_dl_map_object): DT_RPATH of the object, of what loaded it and of the program, unless the object
 * has a DT_RUNPATH; LD_LIBRARY_PATH; DT_RUNPATH; /etc/ld.so.cache; the default directories. A candidate of another machine or class is passed over.
 */
export function librarySearch(files: LoaderFiles, options: LoaderOptions): LibrarySearch {
	const loaded = new Map<Path, Found | undefined>();
	const load = (path: Path): Found | undefined => {
		if (!loaded.has(path)) loaded.set(path, read(path, files));
		return loaded.get(path);
	};

	const variants = new Map<Path, readonly string[]>();
	/** The glibc-hwcaps subdirectories to look into before `directory` itself. */
	const hwcapsIn = (directory: Path): readonly string[] => {
		const known = variants.get(directory);
		if (known !== undefined) return known;
		const there: readonly string[] = files.list(join(directory, "glibc-hwcaps"));
		const usable = options.hwcaps?.filter((name) => there.includes(name)) ?? there;
		variants.set(directory, usable);
		return usable;
	};

	const config = lazy(() => {
		const cache = parseLoaderCache(files.read("/etc/ld.so.cache" as Path) ?? Buffer.alloc(0));
		return { cache, directories: cache === undefined ? libraryDirectories("/etc/ld.so.conf" as Path, files) : [] };
	});
	/** ld.so(8): names with blanks, colons or ends of lines between them. `#` starts a comment (do_preload's caller in glibc's elf/rtld.c). */
	const preloadFile = lazy(() =>
		splitNames((files.read("/etc/ld.so.preload" as Path, 64 * 1024)?.toString("latin1") ?? "").replace(/#.*/g, "")),
	);
	const tupleOf = memo(abiOf, (elf: Elf) =>
		machineOf(elf).tuples.find((each) => files.resolve(`/lib/${each}` as Path) ?? files.resolve(`/usr/lib/${each}` as Path)),
	);
	const systemDirectories = memo(abiOf, (elf: Elf) => {
		const tuple = tupleOf(elf);
		const multiarch = tuple === undefined ? [] : [`/lib/${tuple}`, `/usr/lib/${tuple}`];
		const others = machineOf(elf).directories.flatMap((name) => [`/${name}`, `/usr/${name}`]);
		return [...multiarch, ...others].filter((path) => files.resolve(path as Path) !== undefined) as Path[];
	});

	/** Tries directories in turn, collecting variants until the plain library ends the search. */
	function inDirectories(name: string, directories: readonly Path[], wanted: string, into: Found[]): boolean {
		for (const directory of directories) {
			for (const hwcap of hwcapsIn(directory)) {
				if (take(join(directory, `glibc-hwcaps/${hwcap}/${name}`), wanted, into) && options.hwcaps !== undefined) return true;
			}
			if (take(join(directory, name), wanted, into)) return true;
		}
		return false;
	}

	function inCache(name: string, by: LoadedObject, wanted: string, into: Found[]): boolean {
		const { cache, directories } = config();
		const excluded = by.elf.noDefaultDirectories ? systemDirectories(by.elf) : [];
		if (cache === undefined)
			return inDirectories(
				name,
				directories.filter((each) => !excluded.includes(each)),
				wanted,
				into,
			);
		const rank = (path: Path) => {
			const hwcap = /\/glibc-hwcaps\/([^/]+)\//.exec(path)?.[1];
			return hwcap === undefined ? Number.MAX_SAFE_INTEGER : (options.hwcaps?.indexOf(hwcap) ?? 0);
		};
		const paths = (cache.get(name) ?? []).filter((path) => rank(path) >= 0 && !excluded.includes(parent(path)));
		for (const path of paths.sort((a, b) => rank(a) - rank(b))) {
			const isPlain = rank(path) === Number.MAX_SAFE_INTEGER;
			if (take(path, wanted, into) && (isPlain || options.hwcaps !== undefined)) return true;
		}
		return false;
	}

	function take(path: Path, wanted: string, into: Found[]): boolean {
		const found = load(path);
		if (found === undefined || abiOf(found.elf) !== wanted) return false;
		into.push(found);
		return true;
	}

	/** An entirely empty list is ignored; an empty element of a longer one is the working directory. */
	const expand = (elements: readonly string[], object: LoadedObject): Path[] =>
		elements.length === 1 && elements[0] === ""
			? []
			: elements.flatMap((element) => expandDirectory(element, object, tupleOf(object.elf), options.directory) ?? []);

	function search(name: Path, by: LoadedObject, main: LoadedObject): Found[] {
		const wanted = abiOf(by.elf);
		const found: Found[] = [];
		if (name.includes("/")) {
			const path = isAbsolute(name) || options.directory !== undefined ? resolvePath(options.directory ?? root, name) : undefined;
			if (path !== undefined) take(path, wanted, found);
			return found;
		}
		if (isMusl(main)) {
			muslDirectories(by, main, files, options).some((directory) => take(join(directory, name), wanted, found));
			return found;
		}
		const libraryPath = splitLibraryPath(options.environment?.LD_LIBRARY_PATH);
		const rpath = by.elf.runpath.length > 0 ? [] : [...ownPaths(by), main].flatMap((each) => expand(each.elf.rpath, each));
		if (inDirectories(name, [...rpath, ...expand(libraryPath, main), ...expand(by.elf.runpath, by)], wanted, found)) return found;
		if (inCache(name, by, wanted, found)) return found;
		if (!by.elf.noDefaultDirectories) inDirectories(name, systemDirectories(by.elf), wanted, found);
		return found;
	}

	// Most objects have no search path of their own, and then the answer depends on the machine alone.
	const common = new Map<string, Candidates>();
	const nameOf = (name: Path, by: LoadedObject, main: LoadedObject): Path =>
		name.includes("/") && !isMusl(main) ? (substitute(name, by, tupleOf(by.elf)) ?? name) : name;
	return {
		load,
		nameOf,
		preloaded: (main) =>
			[...splitNames(pathFromText(options.environment?.LD_PRELOAD ?? "")), ...(isMusl(main) ? [] : preloadFile())].map((name) =>
				nameOf(name, main, main),
			),
		find(name, by, main) {
			const isCommon = !name.includes("/") && !by.elf.noDefaultDirectories && hasNoPaths(by) && hasNoPaths(main) && !isMusl(main);
			if (!isCommon || /\$/.test(options.environment?.LD_LIBRARY_PATH ?? "")) return plainFirst(search(name, by, main));
			const key = `${abiOf(by.elf)} ${name}`;
			const known = common.get(key);
			if (known !== undefined) return known;
			const found = plainFirst(search(name, by, main));
			common.set(key, found);
			return found;
		},
	};

	/** Where the processor is not known, the plain library stands for all its variants. */
	function plainFirst(found: readonly Found[]): Candidates {
		const unique = found.filter((each, at) => found.findIndex(({ path }) => path === each.path) === at);
		const ordered = options.hwcaps === undefined ? [...unique.slice(-1), ...unique.slice(0, -1)] : unique.slice(0, 1);
		return ordered as unknown as Candidates;
	}
}

function read(path: Path, files: LoaderFiles): Found | undefined {
	const real = files.resolve(path);
	const elf = real === undefined ? undefined : files.inspect(real, parseElf);
	return real === undefined || elf === undefined ? undefined : { path, real, elf };
}

/** The object, what loaded it, and so on up to the program. */
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

/** The names in LD_PRELOAD and in its file. */
function splitNames(list: string): Path[] {
	return list.split(/[\s:]+/).filter((name) => name !== "") as Path[];
}

/** Semicolons separate too in LD_LIBRARY_PATH, unlike in DT_RPATH and DT_RUNPATH. */
function splitLibraryPath(value: string | undefined): string[] {
	return value === undefined || value === "" ? [] : pathFromText(value).split(/[:;]/);
}

/** undefined where a part of it is not known, or the result is relative to nowhere. */
function expandDirectory(element: string, object: LoadedObject, tuple: string | undefined, directory?: Path): Path | undefined {
	const expanded = substitute(element, object, tuple);
	if (expanded === undefined) return undefined;
	if (isAbsolute(expanded)) return resolvePath(root, expanded);
	return directory === undefined ? undefined : resolvePath(directory, expanded);
}

/** `$ORIGIN`, `$LIB` and `$PLATFORM`, with or without braces. undefined where one of them is not known. */
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

/** musl has these within its libc, whatever a file of that name says (ldso/dynlink.c, load_library). */
export function isInMuslLibc(name: string): boolean {
	return /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

/**
 * Where musl's loader looks for what `by` needs, in order (ldso/dynlink.c, load_library): LD_LIBRARY_PATH as it stands; the run paths of
 * the object, of what loaded it and so on up to the program, DT_RPATH counting like DT_RUNPATH; then the directories of the machine.
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
		// With a dollar that begins anything else, the whole list counts for nothing (fixup_rpath).
		if (own.some((element) => /\$(?!ORIGIN|\{ORIGIN\})/.test(element))) continue;
		elements.push(...own.map((element) => element.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => (each as LoadedObject).origin)));
	}
	return elements;
}

/** A file beside the loader names them, one a line or with colons; else there are these three. */
function machineDirectories(main: LoadedObject, files: LoaderFiles): string[] {
	const architecture = /ld-musl-(.*)\.so\.1$/.exec(main.elf.interpreter ?? "")?.[1];
	const configured = architecture === undefined ? undefined : files.read(`/etc/ld-musl-${architecture}.path` as Path, 64 * 1024);
	return configured?.toString("latin1").split(/[\n:]/) ?? ["/lib", "/usr/local/lib", "/usr/lib"];
}
