import picomatch from "picomatch";
import { append } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import { type Files, walkBelow } from "../base/machine/facts.ts";
import { ancestors, normalise, type Path, parent, pathFromText, root } from "../base/path/path.ts";
import type { Rules } from "../service/application.ts";
import { isMountedByLauncher, mayBeWritable } from "./areas.ts";
import { checkBind, realBinds } from "./binds.ts";
import { canHoldDecoy, chosenDecoys } from "./decoys.ts";
import { namedDevice } from "./devices.ts";
import { HostAccess, type HostFacts, uidsNamed } from "./host-access.ts";
import { type LinkFiles, placeOf } from "./links.ts";
import { patternOf } from "./patterns.ts";
import { directoryOf } from "./writable.ts";

/**
 * Returns a function that finds the first rule that matches a path. A rule is a plain path or a glob (picomatch's syntax; dots
 * are ordinary characters, `**` crosses directories). Both include everything below what they match. With `files`, a rule that
 * goes through links also matches the place they lead to.
 */
export function matchPaths(texts: readonly string[], files?: LinkFiles): (path: Path) => string | undefined {
	const tests = files ? testsByStart(texts, files) : (remembered.get(texts) ?? testsByStart(texts));
	if (!files) remembered.set(texts, tests);
	let folder: Path | undefined;
	let above: readonly Test[] = [];
	return (path) => {
		// Neighbouring paths have the same parents.
		if (folder === undefined || parent(path) !== folder) {
			folder = parent(path);
			const starts = new Set([root, ...ancestors(folder), folder]);
			above = [...starts].flatMap((start) => tests.get(start) ?? []).sort((a, b) => a.order - b.order);
		}
		const test = above.find(({ matches }) => matches(path));
		const own = path === root ? undefined : tests.get(path)?.find(({ matches }) => matches(path));
		return (own && !(test && test.order < own.order) ? own : test)?.text;
	};
}

interface Test {
	/** Position among all rules; the first match wins. */
	readonly order: number;
	readonly text: string;
	readonly matches: (path: Path) => boolean;
}

/** Tests by list, because thousands of rules are matched again with each decision. */
const remembered = new WeakMap<readonly string[], ReadonlyMap<Path, readonly Test[]>>();

function testsByStart(texts: readonly string[], files?: LinkFiles): ReadonlyMap<Path, readonly Test[]> {
	const tests = new Map<Path, Test[]>();
	for (const [order, text] of texts.entries()) {
		const { glob, start: written } = patternOf(text);
		for (const start of new Set([written, files ? placeOf(written, files) : written])) {
			append(tests, start, { order, text, matches: glob === undefined ? () => true : globTest(start, glob) });
		}
	}
	return tests;
}

function globTest(start: Path, glob: string): (path: Path) => boolean {
	const before = start === root ? "" : start.replace(/[^\w/]/gs, "\\$&");
	// Parentheses without a group operator are part of a name.
	const after = /[@!+?*]\(/.test(glob) ? glob : glob.replace(/(?<!\\)[()]/g, "\\$&");
	// `s`: a name may contain a newline.
	const matches = picomatch([`${before}${after}`, `${before}${after}/**`], { dot: true, nonegate: true, flags: "s" });
	return (path) => matches(path);
}

/** Maximum number of entries per rule; a glob over a whole disk is a mistake. */
export const maxPerRule = 100_000;

/**
 * Returns everything on the machine that an include matches, without following links. Throws `include-matches-too-much` (exit 2) for
 * more than `maxPerRule` paths.
 */
export function expandInclude(text: string, files: Files): Path[] {
	const { glob, start } = patternOf(text);
	const found = matching(start, glob === undefined ? () => true : matchPaths([text]), files);
	// A file name may contain glob characters.
	const all = found ?? matching(normalise(pathFromText(text)), () => true, files) ?? [];
	if (all.length > maxPerRule) throw new Failure("include-matches-too-much", { value: text, most: maxPerRule }, 2);
	return all;
}

/** Returns the first matches below a path, one more than a rule may have; undefined if there are none. */
function matching(start: Path, matches: (path: Path) => unknown, files: Files): Path[] | undefined {
	const found: Path[] = [];
	for (const path of walk(start, files)) {
		if (matches(path)) found.push(path);
		if (found.length > maxPerRule) break;
	}
	return found.length ? found : undefined;
}

function* walk(start: Path, files: Files): Generator<Path> {
	const status = files.status(start);
	if (!status) return;
	if (start !== root) yield start;
	// A rule's own link is followed by its chain later; other links are not followed.
	if (status.kind !== "directory" && status.kind !== "symlink") return;
	for (const { path } of walkBelow(start, files, isMountedByLauncher)) yield path;
}

/**
 * Checks the paths in rules before anything is started. `consents` are rules with further consents. Throws `include-matches-nothing`,
 * `seed-unknown`, `bind-unknown` and `device-unknown` (exit 2) for missing paths, `include-matches-too-much` (exit 2),
 * `decoy-refused` (exit 2) for places that no cage's files are in, `device-refused` and what `HostAccess` throws (exit 4) for paths
 * that no cage may have.
 */
export function checkPlaces(rules: Rules, facts: HostFacts, consents: Rules = rules): void {
	const { binds, decoys, devices, include, seed } = rules;
	const { files, uids = [], users } = facts;
	const hostAccess = new HostAccess({ ...facts, uids: [...uids, ...uidsNamed(consents.accounts, users)] });
	for (const path of seed) {
		if (files.resolve(normalise(pathFromText(path))) === undefined) throw new Failure("seed-unknown", { path }, 2);
	}
	for (const { path } of binds) checkBind(path, files);
	for (const bind of realBinds(binds, files)) hostAccess.requireBind(bind, consents);
	for (const option of ["writable", "seed"] as const) {
		for (const value of rules[option]) hostAccess.requireWritable(option, directoryOf(value, files));
	}
	for (const path of decoys) {
		if (path !== chosenDecoys && !canHoldDecoy(normalise(pathFromText(path)))) throw new Failure("decoy-refused", { path }, 2);
	}
	for (const value of devices) namedDevice(value, files);
	for (const value of include) {
		if (!expandInclude(value, files).length) throw new Failure("include-matches-nothing", { value }, 2);
	}
}

/** Like `checkPlaces`. Also throws `writable-refused` (exit 4) for a directory that no rule can make writable. */
export function checkRules(rules: Rules, facts: HostFacts, consents: Rules = rules): void {
	const { files } = facts;
	checkPlaces(rules, facts, consents);
	for (const option of ["writable", "seed"] as const) {
		for (const value of rules[option]) {
			if (!mayBeWritable(directoryOf(value, files))) throw new Failure("writable-refused", { option, path: value }, 4);
		}
	}
}
