import { append } from "../../base/collections.ts";
import type { Files } from "../../base/machine/facts.ts";
import { baseName, isWithin, join, type Path, parent } from "../../base/path/path.ts";
import type { Listings, ModuleLanguage } from "./modules.ts";

/** Modules that CPython loads from C: to report an exception, to parse a time, to exit. */
const fromC = (
	"abc ast codecs collections.abc copyreg datetime decimal encodings enum functools importlib.util io keyword linecache locale numbers " +
	"operator os random re runpy signal site stat string struct threading token tokenize traceback types warnings weakref zipimport " +
	"_compat_pickle _pydatetime _strptime _weakrefset"
).split(" ");

/** Modules of the standard library that load others by a computed name, with those names: of the build, or of a codec. */
const companions: ReadonlyMap<string, RegExp> = new Map([
	["sysconfig", /^_sysconfigdata_.*\.py$/],
	["codecs", /^encodings$/],
	["encodings", /^(_codecs_\w+|_multibytecodec)\..*so$/],
]);

/** Developers' tools, which the standard library loads for its own tests and for interactive help. */
const developers =
	/^(doctest|idlelib|pdb|profile|cProfile|pydoc|pydoc_data|test|tkinter|turtle|turtledemo|unittest|_pyrepl)(\.|$)/;

const compiled = /\.so$/;
const isModule = /\.(py|so)$/;

interface PythonPlaces {
	/** The entries of `sys.path`. */
	readonly roots: readonly Path[];
	/** The standard library. */
	readonly standard: readonly Path[];
	isLoaded(directory: Path): boolean;
}

/**
 * Finds Python's modules below `roots`. Packages with
 * compiled parts are included completely, because nothing shows what those load. So are directories of the program's own
 * package with a loaded module (`isLoaded`), because its configuration may request another module there.
 */
export function pythonModules(
	{ isLoaded, roots, standard }: PythonPlaces,
	listings: Listings,
	files: Pick<Files, "read">,
): ModuleLanguage {
	const isStandard = (path: Path) => standard.some((root) => isWithin(path, root)) && !/\/(site|dist)-packages\//.test(path);

	/** Returns the files of a dotted name, including its packages. */
	function named(module: string, from: readonly Path[] = roots): Path[] {
		const found: Path[] = [];
		let directories = from;
		for (const part of module.split(".")) {
			const next: Path[] = [];
			for (const directory of directories) {
				const names = listings.names(directory);
				if (names.has(part as Path)) {
					next.push(join(directory, part));
					found.push(...listings.find(join(directory, part), "__init__.py"));
				}
				if (names.has(`${part}.py` as Path)) found.push(join(directory, `${part}.py`));
				else for (const name of compiledNames(directory, part)) found.push(join(directory, name));
			}
			directories = next;
			if (!next.length) break;
		}
		return found;
	}

	const compiledIn = new Map<Path, Map<string, string[]>>();
	function compiledNames(directory: Path, part: string): readonly string[] {
		let known = compiledIn.get(directory);
		if (!known) {
			known = new Map();
			for (const name of listings.names(directory)) {
				if (!compiled.test(name)) continue;
				const stem = name.slice(0, name.indexOf("."));
				append(known, stem, name);
			}
			compiledIn.set(directory, known);
		}
		return known.get(part) ?? [];
	}

	function imported({ level, module, names }: PythonImport, path: Path): Path[] {
		let from = roots;
		if (level > 0) {
			let directory = parent(path);
			for (let up = 1; up < level; up++) directory = parent(directory);
			from = [directory];
		}
		const found = module === "" ? [] : named(module, from);
		const prefix = module === "" ? "" : `${module}.`;
		for (const name of names) {
			if (name !== "*") found.push(...named(prefix + name, from));
			else found.push(...found.filter((one) => one.endsWith("/__init__.py")).flatMap(listed));
		}
		return found;
	}

	/** Returns the modules in a package's `__all__`. */
	function listed(init: Path): Path[] {
		const all = /\b__all__\s*=\s*[[(]([^\])]{0,20000})[\])]/.exec(files.read(init)?.toString("latin1") ?? "")?.[1] ?? "";
		return [...all.matchAll(/["'](\w+)["']/g)].flatMap(([, name = ""]) => named(name, [parent(init)]));
	}

	/** Returns the top-level package of a module outside the standard library. */
	function topOf(path: Path): Path | undefined {
		const root = roots.find((one) => isWithin(path, one) && !standard.includes(one));
		const [first, ...below] = root === undefined ? [] : path.slice(root.length + 1).split("/");
		return root !== undefined && first !== undefined && below.length ? join(root, first as Path) : undefined;
	}

	const isTest = (top: Path, path: Path) => /(^|\/)tests?\//.test(path.slice(top.length + 1));
	const contents = new Map<Path, readonly Path[]>();
	function contentsOf(top: Path): readonly Path[] {
		const known = contents.get(top) ?? listings.files(top, true).filter((one) => isModule.test(one) && !isTest(top, one));
		contents.set(top, known);
		return known;
	}

	function companionsOf(path: Path): Path[] {
		const name = baseName(path);
		const pattern = companions.get(name === "__init__.py" ? baseName(parent(path)) : name.slice(0, -".py".length));
		if (!pattern) return [];
		return standard.flatMap((root) =>
			[...listings.names(root)]
				.filter((one) => pattern.test(one))
				.flatMap((one) => (isModule.test(one) ? [join(root, one)] : listings.files(join(root, one), true))),
		);
	}

	return {
		source: /\.py$/,
		interpreter: /\bpython/,
		*references(path, text, role) {
			const { imports, isDynamic, literals } = readPython(text, role !== "module");
			const ofLibrary = isStandard(path);
			for (const one of imports) {
				if (!(ofLibrary && one.isNested && developers.test(one.module))) yield* imported(one, path);
			}
			for (const name of literals) if (!(ofLibrary && developers.test(name))) yield* named(name);
			if (ofLibrary) yield* companionsOf(path);
			if (role === "program") {
				for (const { level, module } of imports) {
					for (const found of level ? [] : named(module)) {
						yield* contentsOf(topOf(found) ?? found).filter((one) => isLoaded(parent(one)));
					}
				}
			}
			if (role !== "module") return;
			const directory = parent(path);
			if (isDynamic && !standard.includes(directory)) {
				yield* listings.files(directory, path.endsWith("/__init__.py")).filter((one) => isModule.test(one));
			}
			const top = topOf(path);
			if (top !== undefined && contentsOf(top).some((one) => compiled.test(one))) yield* contentsOf(top);
		},
		*builtIn() {
			for (const name of fromC) yield* named(name, standard);
		},
	};
}

/** An `import` statement. `from . import a` has no name, one level and the name `a`. */
interface PythonImport {
	readonly module: string;
	/** Dots in front of the module. */
	readonly level: number;
	/** Names after `import`, which may be modules too; `*` for all. */
	readonly names: readonly string[];
	/** It is indented, so that it may run later than the module is loaded. */
	readonly isNested: boolean;
}

interface PythonText {
	readonly imports: readonly PythonImport[];
	/** Text literals that look like the names of modules: `"logging.handlers"`, and whatever `__import__` is called with. */
	readonly literals: readonly string[];
	/** Modules are loaded by names that the program computes. */
	readonly isDynamic: boolean;
}

const guard = /^([ \t]*)(?:el)?if[ \t(]+(?:[\w.]+\.)?TYPE_CHECKING\b/;
const mainGuard = /^([ \t]*)if[ \t(]+__name__[ \t]*==[ \t]*"__main__"/;
const statement =
	/(?:^|[;:])[ \t]*(?:import[ \t]+([\w.][^;\n]*)|from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(?:\(([^()]{0,20000})\)|([^;\n]+)))/gm;
const loading = /\b(?:__import__|import_module|load_module|resolve_name)[ \t]*\([ \t\n]*(?:"([\w.]+)"[ \t\n]*[,)])?/g;
const dotted = /"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)"/g;

/** Reads a source without parsing it: what looks like an import counts as one. `isMain` keeps what runs only where the file is the program. */
export function readPython(source: string, isMain: boolean): PythonText {
	const code = withoutGuarded(withoutText(source).replace(/\\\r?\n/g, " "), isMain);
	const imports: PythonImport[] = [];
	for (const [whole, plain, dots = "", module = "", inParentheses, names] of code.matchAll(statement)) {
		const isNested = /^[ \t]+|^[;:]/.test(whole);
		if (plain !== undefined) {
			for (const name of namesIn(plain)) imports.push({ module: name, level: 0, names: [], isNested });
		} else {
			imports.push({ module, level: dots.length, names: namesIn(inParentheses ?? names ?? ""), isNested });
		}
	}
	const literals = [...code.matchAll(dotted)].map(([, name = ""]) => name);
	let isDynamic = /\b(?:iter_modules|walk_packages)[ \t]*\(/.test(code);
	for (const [, name] of code.matchAll(loading)) {
		if (name === undefined) isDynamic = true;
		else literals.push(name);
	}
	return { imports, literals, isDynamic };
}

function namesIn(list: string): string[] {
	return list.split(",").flatMap((one) => /^[\s(]*([\w.]+|\*)/.exec(one)?.[1] ?? []);
}

/** Lines under `if TYPE_CHECKING:` are for other tools, and those under `if __name__ == "__main__":` do not run in a module. */
function withoutGuarded(code: string, isMain: boolean): string {
	let indent: number | undefined;
	return code
		.split("\n")
		.filter((line) => {
			const depth = /^[ \t]*(?=\S)/.exec(line)?.[0].length;
			if (indent !== undefined && (depth === undefined || depth > indent)) return false;
			indent = (guard.exec(line) ?? (isMain ? undefined : mainGuard.exec(line)))?.[1]?.length;
			return indent === undefined;
		})
		.join("\n");
}

/** Removes comments and empties text literals, unless they look like a module name. */
function withoutText(source: string): string {
	const parts: string[] = [];
	let from = 0;
	const marks = /["'#]/g;
	for (let mark = marks.exec(source); mark; mark = marks.exec(source)) {
		const at = mark.index;
		parts.push(source.slice(from, at));
		if (mark[0] === "#") {
			const end = source.indexOf("\n", at);
			from = end < 0 ? source.length : end;
		} else {
			const quote = source.startsWith(mark[0].repeat(3), at) ? mark[0].repeat(3) : mark[0];
			from = endOfText(source, at + quote.length, quote);
			const content = source.slice(at + quote.length, from - quote.length);
			parts.push(/^[\w.]{1,200}$/.test(content) ? `"${content}"` : '""');
		}
		marks.lastIndex = from;
	}
	parts.push(source.slice(from));
	return parts.join("");
}

/** Returns the position after the closing quote. Text in single quotes ends at its line end. */
function endOfText(source: string, start: number, quote: string): number {
	for (let at = start; at < source.length; at++) {
		if (source[at] === "\\") at++;
		else if (source.startsWith(quote, at)) return at + quote.length;
		else if (quote.length === 1 && source[at] === "\n") return at;
	}
	return source.length;
}
