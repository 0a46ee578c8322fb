import type { Files } from "../machine/facts.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { holdsState, isByteCode, isHome, isSystemDirectory, isTemporaryTop } from "./areas.ts";
import { placeOf } from "./links.ts";

/**
 * Libraries of interpreters: who uses a part may want any other the next moment, because modules are loaded when they are first needed. Measured:
 * a Python cage of what was traced lacked `linecache`, and died at the first exception that it would have reported.
 */
interface Library {
	/** Its first group is the tree's top. */
	readonly tree: RegExp;
	/** What no service needs, by the path below the top: tests, documentation, sources, graphical parts. */
	readonly without?: RegExp;
}

const libraries: readonly Library[] = [
	{
		tree: /^(\/usr\/(?:local\/)?lib(?:64)?\/python3\.\d+)\/(?!(?:site|dist)-packages\/)/,
		without:
			/^(test|idlelib|tkinter|turtledemo|turtle\.py|ensurepip|pydoc_data|lib2to3|config-[^/]+|lib-dynload\/_tkinter[^/]+)(\/|$)/,
	},
	// One package of many that may be installed there.
	{ tree: /^(\/.+\/python3(?:\.\d+)?\/(?:site|dist)-packages\/[^/]+)\//, without: /(^|\/)tests?(\/|$)/ },
	{ tree: /^(\/usr\/(?:lib\/[^/]+|share)\/perl\/\d[\d.]*)\//, without: /\.(pod|e2x|eg)$/ },
	{ tree: /^(\/usr\/lib\/[^/]+\/perl-base)\// },
	{ tree: /^(\/usr\/(?:share|lib64|lib\/[^/]+)\/perl5\/(?:\d[\d.]*\/)?[^/]+)\//, without: /\.pod$/ },
	{ tree: /^(\/usr\/lib(?:64|\/[^/]+)?\/ruby\/(?:vendor_ruby\/)?\d[\d.]*)\// },
	{ tree: /^(\/usr\/share\/ruby)\// },
	{ tree: /^(\/.+\/gems\/[^/]+-\d[^/]*)\//, without: /^(spec|test|doc|ext)(\/|$)/ },
	{ tree: /^(\/.+\/node_modules\/(?:@[^/]+\/)?[^/]+)\//, without: /^(test|tests|docs)(\/|$)/ },
	{ tree: /^(\/usr\/share\/nodejs\/(?:@[^/]+\/)?[^/]+)\//, without: /^(test|tests|docs)(\/|$)/ },
	{ tree: /^(\/usr\/share\/php\/[^/]+)\// },
	{ tree: /^(\/usr\/lib\/jvm\/[^/]+)\//, without: /^(jmods|include|man|demo|legal|lib\/src\.zip)(\/|$)/ },
	{ tree: /^(\/usr\/share\/tcltk\/tcl\d[\d.]*)\// },
	{ tree: /^(\/usr\/share\/lua\/\d[\d.]*)\// },
];

/** Whether a file belongs to the library of an interpreter. A real path. */
export function isLibraryFile(path: Path): boolean {
	return libraries.some(({ tree }) => tree.test(path));
}

/** A tree that goes in whole, with everything in it. */
export interface LibraryTree {
	readonly top: Path;
	/** Files and links, without directories. */
	readonly paths: readonly Path[];
}

/** Most files of one tree; none of those known has so many. */
const mostFiles = 20_000;

/** The libraries of which the application read a part, by the places where they really are. */
export function libraryTrees(trace: Trace, files: Files): LibraryTree[] {
	const tops = new Map<Path, Library>();
	for (const { path, succeeded } of trace.accesses.values()) {
		if (!succeeded.has("read")) continue;
		const real = placeOf(path, files);
		for (const library of libraries) {
			const top = library.tree.exec(real)?.[1] as Path | undefined;
			if (top === undefined) continue;
			if (!tops.has(top)) tops.set(top, library);
			break;
		}
	}
	return [...tops].sort(([a], [b]) => (a < b ? -1 : 1)).map(([top, library]) => ({ top, paths: treePaths(top, library, files) }));
}

function treePaths(top: Path, { without }: Pick<Library, "without">, files: Files): Path[] {
	const found: Path[] = [];
	const pending: Path[] = [top];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		for (const name of files.list(directory)) {
			const path = join(directory, name);
			const below = path.slice(top.length + 1);
			if (isByteCode(path) || without?.test(below)) continue;
			const kind = files.status(path)?.kind;
			if (kind === "directory") pending.push(path);
			else if (kind === "file" || kind === "symlink") found.push(path);
			if (found.length >= mostFiles) return found;
		}
	}
	return found;
}

/** Interpreters by their program's name, and what their sources are called. CGI programs go by another ending. */
const languages: readonly (readonly [program: RegExp, source: RegExp])[] = [
	[/^(python|pypy|gunicorn|uwsgi)/, /\.(py|cgi|fcgi|wsgi)$/],
	[/^perl/, /\.(pl|pm|ph|cgi|fcgi|psgi)$/],
	[/^(ruby|puma|unicorn|jruby)/, /\.(rb|ru|erb|cgi)$/],
	[/^(node|nodejs|deno|bun)$/, /\.(js|mjs|cjs|json|node)$/],
	[/^(sh|bash|dash|ksh|zsh)$/, /\.(sh|cgi)$/],
	[/^(lua|tclsh)/, /\.(lua|tcl)$/],
];
const passedOver = /(^|\/)(\.git|\.svn|\.hg|node_modules|site-packages|dist-packages)(\/|$)/;

/** Files of another kind beside the sources (templates of pages, messages) come along up to so many and so large, by directory. */
const mostResources = { files: 1000, bytes: 32 * 1024 * 1024 };

/**
 * Directories of the application's own sources, as far as an interpreter read them: all sources below, for the same reason as a library, and the other
 * files of every directory below of which one was read.
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
	const tops = [...sources.keys()].filter((top) => ![...sources.keys()].some((other) => other !== top && isWithin(top, other)));
	return tops.sort().map((top) => {
		const endings = [...sources].flatMap(([directory, source]) => (isWithin(directory, top) ? [source] : []));
		const resources = [...others].filter((directory) => directory !== top && isWithin(directory, top));
		const own = filesBelow(top, files).filter((path) => endings.some((ending) => ending.test(path)));
		return { top, paths: [...new Set([...own, ...resources.flatMap((directory) => resourcesIn(directory, files))])] };
	});
}

function isOwnDirectory(directory: Path): boolean {
	const isShared = isSystemDirectory(directory) || holdsState(directory) || isTemporaryTop(directory) || isHome(directory);
	return !isShared && !isWithin(directory, pathFromText("/etc")) && !isWithin(directory, pathFromText("/usr/local/bin"));
}

function sourceOf({ programs }: Access, real: Path): RegExp | undefined {
	// Node looks for package.json in every directory above: that makes none of them the application's.
	if (real.endsWith(".json")) return undefined;
	const names = [...programs].map(baseName);
	return languages.find(([program, source]) => source.test(real) && names.some((name) => program.test(name)))?.[1];
}

function resourcesIn(directory: Path, files: Files): Path[] {
	const paths = filesBelow(directory, files);
	const bytes = paths.reduce((sum, path) => sum + (files.status(path)?.size ?? 0), 0);
	return paths.length > mostResources.files || bytes > mostResources.bytes ? [] : paths;
}

function filesBelow(top: Path, files: Files): Path[] {
	return treePaths(top, { without: passedOver }, files);
}
