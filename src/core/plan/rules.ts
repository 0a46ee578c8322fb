import picomatch from "picomatch";
import type { Files } from "../machine/facts.ts";
import { join, normalise, type Path, pathFromText, root } from "../path/path.ts";

/** A test for paths by glob (picomatch's syntax; dots are ordinary characters, `**` crosses directories). A plain path matches itself and what is below. */
export function matchPaths(patterns: readonly string[]): (path: Path) => string | undefined {
	const tests = patterns.map((pattern) => {
		const bytes = pathFromText(pattern);
		// Globs are matched on bytes too: each byte above ASCII is one character on both sides.
		const matches = picomatch(isGlob(pattern) ? bytes : [bytes, `${bytes}/**`], { dot: true, nonegate: true });
		return { pattern, matches };
	});
	return (path) => tests.find((test) => test.matches(path))?.pattern;
}

export function isGlob(pattern: string): boolean {
	return /[*?[\]{}]/.test(pattern);
}

/** Most entries that one rule may bring; a glob over a whole disk is a mistake. */
export const mostPerRule = 100_000;

/**
 * Everything on the machine that an include names: a path with all below it, or what a glob matches. Links are not followed
 * while walking. Empty where it names nothing; at most `mostPerRule` paths.
 */
export function expandInclude(pattern: string, files: Files): Path[] {
	if (!isGlob(pattern)) {
		const path = normalise(pathFromText(pattern));
		return files.status(path) ? walk(path, files) : [];
	}
	const steady = pattern.slice(0, pattern.search(/[*?[\]{}]/));
	const start = normalise(pathFromText(steady.slice(0, steady.lastIndexOf("/") + 1) || "/"));
	const matches = matchPaths([pattern]);
	return walk(start, files).filter((path) => matches(path) !== undefined);
}

function walk(start: Path, files: Files): Path[] {
	const found: Path[] = [];
	const pending: Path[] = [start];
	for (let path = pending.pop(); path !== undefined && found.length < mostPerRule; path = pending.pop()) {
		if (path !== root) found.push(path);
		const status = files.status(path);
		// A link that was named itself is followed by its chain later; below it nothing is walked.
		const directory = path === start && status?.kind === "symlink" ? files.resolve(path) : path;
		if (directory === undefined || files.status(directory)?.kind !== "directory") continue;
		for (const name of files.list(directory)) pending.push(join(directory, name));
	}
	return found;
}
