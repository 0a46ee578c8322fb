import picomatch from "picomatch";
import type { Files } from "../machine/facts.ts";
import { ancestors, join, normalise, type Path, parent, pathFromText, root } from "../path/path.ts";
import { isMountedByLauncher } from "./areas.ts";
import { type LinkFiles, placeOf } from "./links.ts";

/** A rule as its steady beginning, a path, and the glob behind that, which begins with a slash. */
interface Pattern {
	readonly start: Path;
	readonly glob?: string;
}

/** What has a meaning in a glob; a backslash makes the character behind it itself. */
const active = /\\.|[*?[\]{}]|[@!+]\(/gs;

/** An absolute path of ordinary characters, as `normalise` leaves it: no part of it empty or of dots alone. */
const plain = /^(\/(?!\.{1,2}(\/|$))[^/\\*?[\]{}()@!+]+)+$/;

function parse(text: string): Pattern {
	// Globs are matched on bytes too: each byte above ASCII is one character on both sides.
	const bytes = pathFromText(text);
	// Many decisions at once make thousands of rules, and nearly all of them are plain paths.
	if (bytes === text && plain.test(text)) return { start: text as Path };
	const first = [...bytes.matchAll(active)].find(([found]) => !found.startsWith("\\"));
	if (!first) return { start: normalise(literally(bytes)) };
	const slash = bytes.lastIndexOf("/", first.index);
	return { start: normalise(literally(bytes.slice(0, slash + 1))), glob: bytes.slice(slash) };
}

function literally(bytes: string): Path {
	return bytes.replace(/\\(.)/gs, "$1") as Path;
}

/**
 * A test for paths by rules: a plain path, or a glob (picomatch's syntax; dots are ordinary characters, `**` crosses directories).
 * Either takes along all that is below what it names. With `files`, a rule that goes through links also means the place where they lead.
 */
export function matchPaths(texts: readonly string[], files?: LinkFiles): (path: Path) => string | undefined {
	const byStart = new Map<Path, Test[]>();
	for (const [order, text] of texts.entries()) {
		const pattern = parse(text);
		const starts = new Set([pattern.start, ...(files ? [placeOf(pattern.start, files)] : [])]);
		for (const start of starts) {
			const test = { order, text, ...(pattern.glob === undefined ? {} : { matches: globTest(start, pattern.glob) }) };
			const known = byStart.get(start);
			if (known) known.push(test);
			else byStart.set(start, [test]);
		}
	}
	// Neighbours lie in the same folder: what holds for it is looked for once.
	let folder: Path | undefined;
	let above: readonly Test[] = [];
	return (path) => {
		const own = byStart.get(path) ?? noTests;
		if (path !== root) {
			if (folder === undefined || !liesIn(path, folder)) {
				folder = parent(path);
				above = testsAt(folder, byStart);
			}
			return firstOf(path, above, own)?.text;
		}
		return firstOf(path, noTests, own)?.text;
	};
}

interface Test {
	/** Among all rules: the first that matches is the one. */
	readonly order: number;
	readonly text: string;
	/** Absent where everything at and below the start is meant. */
	readonly matches?: (path: Path) => boolean;
}

const noTests: readonly Test[] = [];

/** Directly in it. */
function liesIn(path: Path, folder: Path): boolean {
	const length = folder === root ? 0 : folder.length;
	return path.lastIndexOf("/") === length && path.startsWith(folder);
}

/** The tests that begin at a folder or above it, by their order. */
function testsAt(folder: Path, byStart: ReadonlyMap<Path, readonly Test[]>): readonly Test[] {
	if (!byStart.size) return noTests;
	const found = [root, ...ancestors(folder), ...(folder === root ? [] : [folder])].flatMap((at) => byStart.get(at) ?? []);
	return found.sort((a, b) => a.order - b.order);
}

function firstOf(path: Path, above: readonly Test[], own: readonly Test[]): Test | undefined {
	const isMatch = ({ matches }: Test) => matches?.(path) ?? true;
	const [a, b] = [above.find(isMatch), own.find(isMatch)];
	return a && b ? (a.order < b.order ? a : b) : (a ?? b);
}

function globTest(start: Path, glob: string): (path: Path) => boolean {
	const before = start === root ? "" : start.replace(/[^\w/]/gs, "\\$&");
	// Parentheses that follow no sign of a group are part of a name.
	const after = /[@!+?*]\(/.test(glob) ? glob : glob.replace(/(?<!\\)[()]/g, "\\$&");
	// `s`: a name may hold a newline.
	const matches = picomatch([`${before}${after}`, `${before}${after}/**`], { dot: true, nonegate: true, flags: "s" });
	return (path) => matches(path);
}

/** Most entries that one rule may bring; a glob over a whole disk is a mistake. */
export const mostPerRule = 100_000;

/**
 * Everything on the machine that an include names, with all below it. Links are not followed while walking. Empty where it names
 * nothing; at most `mostPerRule` paths.
 */
export function expandInclude(text: string, files: Files): Path[] {
	const { glob, start } = parse(text);
	const matches = glob === undefined ? () => true : matchPaths([text]);
	const found: Path[] = [];
	for (const path of walk(start, files)) {
		if (found.length === mostPerRule) break;
		if (matches(path)) found.push(path);
	}
	// A name may hold the characters of a glob.
	const literal = normalise(pathFromText(text));
	return found.length > 0 || !files.status(literal) ? found : [...walk(literal, files)].slice(0, mostPerRule);
}

function* walk(start: Path, files: Files): Generator<Path> {
	const pending: Path[] = [start];
	for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
		const status = files.status(path);
		if (!status || (path !== start && isMountedByLauncher(path))) continue;
		if (path !== root) yield path;
		// A link that was named itself is followed by its chain later; below any other nothing is walked.
		if (status.kind !== "directory" && !(path === start && status.kind === "symlink")) continue;
		for (const name of files.list(path)) pending.push(join(path, name));
	}
}
