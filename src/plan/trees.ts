import { append, by } from "../base/collections.ts";
import { type Files, walkBelow } from "../base/machine/facts.ts";
import { baseName, etc, isWithin, join, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { isByteCode, isCommon, isSystemDirectory } from "./areas.ts";
import { shebangBytes } from "./elf/script.ts";
import { placeOf } from "./links.ts";
import { headSize } from "./marks.ts";
import { Listings, type ModuleLanguage, type Role, reachedModules } from "./modules/modules.ts";
import { perlModules } from "./modules/perl.ts";
import { pythonModules } from "./modules/python.ts";
import { rubyModules } from "./modules/ruby.ts";

type Language = "python" | "perl" | "ruby";

/**
 * An interpreter's library. An application that uses one module may load others later: a Python cage with only the traced modules
 * had no `linecache` and died at the first exception that it would have reported (measured). Libraries of a `language` are
 * reduced to the modules that sources name; others are copied completely.
 */
interface Library {
	/** The first group is the top directory. */
	readonly tree: RegExp;
	readonly language?: Language;
	/** Part of the language's standard library. */
	readonly isStandard?: boolean;
	/** Paths below the top that no service needs: tests, documentation, sources, graphical parts. */
	readonly without?: RegExp;
}

const libraries: readonly Library[] = [
	{
		tree: /^(\/.+?\/lib(?:64)?\/python3\.\d+)\/(?!(?:site|dist)-packages\/)/,
		language: "python",
		isStandard: true,
		without:
			/^(test|idlelib|tkinter|turtledemo|turtle\.py|ensurepip|pydoc_data|lib2to3|config-[^/]+|lib-dynload\/_tkinter[^/]+)(\/|$)/,
	},
	// One package of many that may be installed in this directory.
	{
		tree: /^(\/.+\/python3(?:\.\d+)?\/(?:site|dist)-packages\/[^/]+)\//,
		language: "python",
		without: /(^|\/)tests?(\/|$)/,
	},
	{
		tree: /^(\/usr\/(?:lib\/[^/]+|share)\/perl\/\d[\d.]*)\//,
		language: "perl",
		isStandard: true,
		without: /\.(pod|e2x|eg)$/,
	},
	{ tree: /^(\/usr\/lib\/[^/]+\/perl-base)\//, language: "perl", isStandard: true },
	{
		tree: /^(\/usr\/(?:share|lib64|lib\/[^/]+)\/perl5\/(?:\d[\d.]*\/)?(?!\d[\d.]*\/)[^/]+)\//,
		language: "perl",
		without: /\.pod$/,
	},
	{ tree: /^(\/usr\/lib(?:64|\/[^/]+)?\/ruby\/(?:vendor_ruby\/)?\d[\d.]*)\//, language: "ruby", isStandard: true },
	{ tree: /^(\/usr\/share\/ruby)\//, language: "ruby", isStandard: true },
	{ tree: /^(\/usr\/lib(?:\/[^/]+)?\/ruby\/vendor_ruby\/[a-z_][\w-]*)\//, language: "ruby" },
	{ tree: /^(\/.+\/gems\/[^/]+-\d[^/]*)\//, without: /^(spec|test|doc|ext)(\/|$)/ },
	{ tree: /^(\/.+\/node_modules\/(?:@[^/]+\/)?[^/]+)\//, without: /^(test|tests|docs)(\/|$)/ },
	{ tree: /^(\/usr\/share\/nodejs\/(?:@[^/]+\/)?[^/]+)\//, without: /^(test|tests|docs)(\/|$)/ },
	{ tree: /^(\/usr\/share\/php\/[^/]+)\// },
	{ tree: /^(\/usr\/lib\/jvm\/[^/]+)\//, without: /^(jmods|include|man|demo|legal|lib\/src\.zip)(\/|$)/ },
	{ tree: /^(\/usr\/share\/tcltk\/tcl\d[\d.]*)\// },
	{ tree: /^(\/usr\/share\/lua\/\d[\d.]*)\// },
	// An Erlang application: modules load on their first call, and a server may check that all exist (ejabberd).
	{ tree: /^(\/.+\/[a-z]\w*-\d[^/]*)\/ebin\//, without: /^(src|include|doc|examples|test)(\/|$)/ },
];

/** Whether a file belongs to an interpreter's library. Takes a real path. */
export function isLibraryFile(path: Path): boolean {
	return libraries.some(({ tree }) => tree.test(path));
}

/** All or part of an interpreter's library, or of the application's own sources. */
export interface LibraryTree {
	readonly top: Path;
	/** Files and links, without directories. */
	readonly paths: readonly Path[];
	/** Files that no source names, and their size. */
	readonly rest?: { readonly files: number; readonly bytes: number };
}

/** Maximum number of files per tree; no known one has that many. */
const maxFiles = 20_000;

/** Returns the libraries of which the application read a part, by real path. `own` are the application's own sources. */
export function libraryTrees(trace: Trace, own: readonly LibraryTree[], files: Files): LibraryTree[] {
	const read = [...trace.accesses.values()].flatMap(({ path, succeeded }) =>
		succeeded.has("read") ? [sourceOfByteCode(placeOf(path, files))] : [],
	);
	const tops = topsOf(read);
	const whole = [...tops].flatMap(([top, library]) => (library.language ? [] : [{ top, paths: treePaths(top, library, files) }]));
	const languages = new Set([...tops.values()].flatMap(({ language }) => language ?? []));
	const sources = [...own, ...whole].flatMap(({ paths }) => paths);
	const partial = [...languages].flatMap((language) => partialTrees(language, { trace, read, sources, tops }, files));
	return [...whole, ...partial].sort(by(({ top }) => top));
}

/** Python reads a module's byte code and only stats its source. */
export function sourceOfByteCode(path: Path): Path {
	const [, directory, name] = /^(.*)\/__pycache__\/([^/]+?)\.[^/.]*(?:\.opt-\d)?\.pyc$/.exec(path) ?? [];
	return directory === undefined ? path : (`${directory}/${name}.py` as Path);
}

function topsOf(paths: Iterable<Path>): Map<Path, Library> {
	const tops = new Map<Path, Library>();
	for (const path of paths) {
		const found = libraryOf(path);
		if (found && !tops.has(found.top)) tops.set(found.top, found.library);
	}
	return tops;
}

function libraryOf(path: Path): { readonly top: Path; readonly library: Library } | undefined {
	for (const library of libraries) {
		const top = library.tree.exec(path)?.[1] as Path | undefined;
		if (top !== undefined) return { top, library };
	}
	return undefined;
}

interface UsedFiles {
	readonly trace: Trace;
	/** Real paths of files that the application read. */
	readonly read: readonly Path[];
	/** Sources that are copied completely. Any of them may load modules. */
	readonly sources: readonly Path[];
	readonly tops: ReadonlyMap<Path, Library>;
}

/** Returns one language's libraries, reduced to the modules that the sources can load. */
function partialTrees(language: Language, used: UsedFiles, files: Files): LibraryTree[] {
	const tops = new Map([...used.tops].filter(([, library]) => library.language === language));
	const modules = languageModules(language, tops, used, files);
	const start = new Map<Path, Role>();
	for (const path of used.sources) if (modules.source.test(path)) start.set(path, "own");
	for (const path of used.read) {
		if (tops.has(libraryOf(path)?.top ?? path)) start.set(path, "module");
		else if (!start.has(path) && modules.source.test(path)) start.set(path, "own");
		else if (isScript(path, modules, files)) start.set(path, programDirectory.test(path) ? "program" : "own");
	}
	const reached = reachedModules(start, modules, files);
	const single: LibraryTree[] = [];
	const directories = new Set<Path>();
	for (const path of reached) {
		const found = libraryOf(path);
		directories.add(parent(path));
		if (found?.library.language === language) tops.set(found.top, found.library);
		else if (!found && !start.has(path)) single.push({ top: path, paths: [path] });
	}
	const trees = [...tops].map(([top, library]) => {
		const all = treePaths(top, library, files);
		const data = dataOf(all, top, directories, used.read);
		const paths = all.filter((path) => {
			return code.test(path)
				? reached.has(linkEnd(path, files))
				: data.has(path) && (!library.isStandard || directories.has(parent(path)));
		});
		const known = new Set(paths);
		const left = all.filter((path) => !known.has(path));
		const bytes = left.reduce((sum, path) => sum + (files.status(path)?.size ?? 0), 0);
		const names = library.isStandard ? namesOf(top, files) : [];
		return { top, paths: [...paths, ...names], ...(left.length ? { rest: { files: left.length, bytes } } : {}) };
	});
	return [...single, ...trees];
}

/** Links next to a library: Debian's perl looks in `perl/5.40`, which links to `perl/5.40.1`. */
function namesOf(top: Path, files: Files): Path[] {
	const beside = files.list(parent(top)).map((name) => join(parent(top), name));
	return beside.filter((path) => files.status(path)?.kind === "symlink" && files.resolve(path) === top);
}

/** Maximum number of files in a data directory of which nothing was read. Icons and pages of an unused interface are hundreds. */
const maxUnread = 100;

/**
 * Returns data files (certificates, time zones, templates), which belong to the modules above them. `reached` are directories
 * with modules that can be loaded, `read` the files that were read.
 */
function dataOf(all: readonly Path[], top: Path, reached: ReadonlySet<Path>, read: readonly Path[]): ReadonlySet<Path> {
	const holders = new Set(all.filter((path) => code.test(path)).map(parent));
	const groups = new Map<Path, Path[]>();
	for (const path of all) {
		if (code.test(path)) continue;
		let [group, holder] = [path, parent(path)];
		while (holder !== top && !holders.has(holder)) [group, holder] = [holder, parent(holder)];
		if (!reached.has(holder) && holders.has(holder)) continue;
		append(groups, group, path);
	}
	const isRead = (group: Path) => read.some((path) => isWithin(path, group));
	return new Set([...groups].flatMap(([group, paths]) => (paths.length <= maxUnread || isRead(group) ? paths : [])));
}

const code = /\.(py|pyi|pyx|pxd|typed|p[lmh]|al|ix|bs|ld|rb|so|c|h)$/;
const programDirectory = /^\/usr(\/local)?\/s?bin\//;

function isScript(path: Path, { interpreter }: ModuleLanguage, files: Files): boolean {
	const head = files.read(path, shebangBytes)?.toString("latin1") ?? "";
	return head.startsWith("#!") && interpreter.test(head.slice(0, head.indexOf("\n")));
}

/** Creates a reader that looks for modules where the application's interpreter does. */
function languageModules(language: Language, tops: ReadonlyMap<Path, Library>, used: UsedFiles, files: Files): ModuleLanguage {
	const listings = new Listings(files);
	const standard = [...tops].flatMap(([top, { isStandard }]) => (isStandard ? [top] : []));
	const others = [...tops].flatMap(([top, { isStandard }]) => (isStandard ? [] : [parent(top)]));
	const existing = (paths: readonly string[]) =>
		unique(paths.map((path) => placeOf(path as Path, files)).filter((path) => files.status(path)?.kind === "directory"));
	if (language === "python") {
		const library = existing([...standard, ...standard.map((top) => `${top}/lib-dynload`)]);
		const packages = [...used.trace.accesses.keys()].filter((path) => /\/(site|dist)-packages$/.test(path));
		const loaded = new Set(used.read.map(parent));
		const own = used.read
			.filter((path) => modulesOf.python.test(path) && !libraryOf(path))
			.map((path) => packageRoot(path, listings));
		const roots = existing([...library, ...others, ...packages, ...own]);
		return pythonModules({ roots, standard: library, isLoaded: (at) => loaded.has(at) }, listings, files);
	}
	if (language === "perl") {
		const architectures = unique([...tops.keys()].flatMap((top) => /^\/usr\/lib\/[^/]+-linux-[^/]+/.exec(top)?.[0] ?? []));
		const versions = unique([...tops.keys()].flatMap((top) => /\/perl\/(\d[\d.]*)$/.exec(top)?.[1] ?? []));
		const own = existing([
			...architectures.map((at) => `${at}/perl-base`),
			...versions.flatMap((version) => [...architectures.map((at) => `${at}/perl/${version}`), `/usr/share/perl/${version}`]),
			...standard,
		]);
		const added = architectures.flatMap((at) => [...listings.names(`${at}/perl5` as Path)].map((name) => `${at}/perl5/${name}`));
		const ofApplication = used.read.flatMap((path) =>
			modulesOf.perl.test(path) && !libraryOf(path) ? namespaceRoot(path, files) : [],
		);
		return perlModules(existing([...own, ...others, ...added, "/usr/share/perl5", ...ofApplication]), own, listings);
	}
	const inside = standard.flatMap((top) =>
		[...listings.names(top)].map((name) => join(top, name)).filter((at) => /-linux[^/]*$/.test(at)),
	);
	const library = existing([...standard, ...inside]);
	const gems = [...used.tops.keys()].filter((top) => /\/gems\/[^/]+$/.test(top)).map((top) => `${top}/lib`);
	return rubyModules(existing([...library, ...others, ...gems, "/usr/lib/ruby/vendor_ruby"]), library, listings);
}

const linkEnd = (path: Path, files: Files) => (files.status(path)?.kind === "symlink" && files.resolve(path)) || path;

const modulesOf = { python: /\.py$/, perl: /\.pm$/ };

/** Returns the entry of `sys.path` for one of the application's modules: the directory above its outermost package. */
function packageRoot(path: Path, listings: Listings): Path {
	let directory = parent(path);
	while (directory !== "/" && listings.find(directory, "__init__.py").length) directory = parent(directory);
	return directory;
}

/** Returns the entry of `@INC` for one of the application's modules: its path without its package name. */
function namespaceRoot(path: Path, files: Files): Path[] {
	const text = files.read(path, headSize)?.toString("latin1") ?? "";
	const below = `/${/^[ \t]*package[ \t]+([\w:]+)/m.exec(text)?.[1]?.replaceAll("::", "/")}.pm`;
	return path.endsWith(below) ? [path.slice(0, -below.length) as Path] : [];
}

const unique = <T>(values: Iterable<T>) => [...new Set(values)];

function treePaths(top: Path, { without }: Pick<Library, "without">, files: Files): Path[] {
	const found: Path[] = [];
	for (const { path, status } of walkBelow(
		top,
		files,
		(path) => isByteCode(path) || !!without?.test(path.slice(top.length + 1)),
	)) {
		if (status.kind === "file" || status.kind === "symlink") found.push(path);
		if (found.length >= maxFiles) break;
	}
	return found;
}

/** Interpreters by program name, and the endings of their sources. CGI programs may have another ending. */
const languages: readonly (readonly [program: RegExp, source: RegExp])[] = [
	[/^(python|pypy|gunicorn|uwsgi)/, /\.(py|cgi|fcgi|wsgi)$/],
	[/^perl/, /\.(pl|pm|ph|cgi|fcgi|psgi)$/],
	[/^(ruby|puma|unicorn|jruby)/, /\.(rb|ru|erb|cgi)$/],
	[/^(node|nodejs|deno|bun)$/, /\.(js|mjs|cjs|json|node)$/],
	[/^(sh|bash|dash|ksh|zsh)$/, /\.(sh|cgi)$/],
	[/^(lua|tclsh)/, /\.(lua|tcl)$/],
];
const passedOver = /(^|\/)(\.git|\.svn|\.hg|node_modules|site-packages|dist-packages)(\/|$)/;

/** Limits, per directory, for other files among the sources (page templates, messages). */
const maxResources = { files: 1000, bytes: 32 * 1024 * 1024 };

/**
 * Returns the application's own source directories from which an interpreter read: all sources below, for the same reason as a
 * library, and the other files of each directory below from which one was read.
 */
export function sourceTrees(trace: Trace, files: Files): LibraryTree[] {
	const sources = new Map<Path, RegExp>();
	const others = new Set<Path>();
	for (const access of trace.accesses.values()) {
		if (!access.succeeded.has("read")) continue;
		const real = placeOf(access.path, files);
		const directory = parent(real);
		if (!isOwnDirectory(directory) || passedOver.test(real)) continue;
		const source = sourceOf(access, real);
		if (source) sources.set(directory, source);
		else if (!access.succeeded.has("write")) others.add(directory);
	}
	return outermost([...sources.keys()])
		.sort()
		.map((top) => {
			const endings = [...sources].flatMap(([directory, source]) => (isWithin(directory, top) ? [source] : []));
			const resources = [...others].filter((directory) => directory !== top && isWithin(directory, top));
			const own = filesBelow(top, files).filter((path) => endings.some((ending) => ending.test(path)));
			return { top, paths: [...new Set([...own, ...resources.flatMap((directory) => resourcesIn(directory, files))])] };
		});
}

function isOwnDirectory(directory: Path): boolean {
	return (
		!isSystemDirectory(directory) &&
		!isCommon(directory) &&
		!isWithin(directory, etc) &&
		!isWithin(directory, pathFromText("/usr/local/bin"))
	);
}

function sourceOf({ programs }: Access, real: Path): RegExp | undefined {
	// Node looks for package.json in every parent directory, which proves nothing.
	if (real.endsWith(".json")) return undefined;
	const names = [...programs].map(baseName);
	return languages.find(([program, source]) => source.test(real) && names.some((name) => program.test(name)))?.[1];
}

function resourcesIn(directory: Path, files: Files): Path[] {
	const paths = filesBelow(directory, files);
	const bytes = paths.reduce((sum, path) => sum + (files.status(path)?.size ?? 0), 0);
	return paths.length > maxResources.files || bytes > maxResources.bytes ? [] : paths;
}

function filesBelow(top: Path, files: Files): Path[] {
	return treePaths(top, { without: passedOver }, files);
}
