import picomatch from "picomatch";
import type { Files } from "../machine/facts.ts";
import { isWithin, join, normalise, type Path, pathFromText, root } from "../path/path.ts";
import { isMountedByLauncher } from "./areas.ts";
import { type LinkFiles, placeOf } from "./links.ts";

/** A rule as its steady beginning, a path, and the glob behind that, which begins with a slash. */
interface Pattern {
	readonly start: Path;
	readonly glob?: string;
}

/** What has a meaning in a glob; a backslash makes the character behind it itself. */
const active = /\\.|[*?[\]{}]|[@!+]\(/gs;

function parse(text: string): Pattern {
	// Globs are matched on bytes too: each byte above ASCII is one character on both sides.
	const bytes = pathFromText(text);
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
	const tests = texts.flatMap((text) => {
		const pattern = parse(text);
		const starts = new Set([pattern.start, ...(files ? [placeOf(pattern.start, files)] : [])]);
		return [...starts].map((start) => ({ text, matches: tester({ ...pattern, start }) }));
	});
	return (path) => tests.find((test) => test.matches(path))?.text;
}

function tester({ glob, start }: Pattern): (path: Path) => boolean {
	if (glob === undefined) return (path) => isWithin(path, start);
	const before = start === root ? "" : start.replace(/[^\w/]/gs, "\\$&");
	// Parentheses that follow no sign of a group are part of a name.
	const after = /[@!+?*]\(/.test(glob) ? glob : glob.replace(/(?<!\\)[()]/g, "\\$&");
	// `s`: a name may hold a newline.
	const matches = picomatch([`${before}${after}`, `${before}${after}/**`], { dot: true, nonegate: true, flags: "s" });
	return (path) => isWithin(path, start) && matches(path);
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
