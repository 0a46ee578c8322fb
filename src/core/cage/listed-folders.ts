import { isWithin, type Path, parent, root } from "../path/path.ts";
import type { Reason } from "../plan/plan.ts";
import { startOfRule } from "../plan/rules.ts";
import type { ManifestEntry } from "./manifest.ts";

/**
 * Directories of which everything goes into a cage, or all that a pattern names: those of included folders, and of libraries and sources that go in whole.
 * By their time one knows that something was put there. What is new in any other is nothing to the cage, and some, as /tmp, change all the time.
 */
export function listedFolders(entries: readonly ManifestEntry[]): ManifestEntry[] {
	const listed = new Set<Path>();
	const done = new Set<string>();
	for (const { kind, path, reasons } of entries) {
		const folder = kind === "directory" ? path : parent(path);
		for (const reason of reasons) {
			const top = topOf(reason);
			if (top === undefined || done.has(`${top}\0${folder}`)) continue;
			done.add(`${top}\0${folder}`);
			for (let at = folder; at !== root && isWithin(at, top); at = parent(at)) listed.add(at);
		}
	}
	return entries.filter(({ kind, path }) => kind === "directory" && listed.has(path));
}

function topOf(reason: Reason): Path | undefined {
	if (reason.kind === "part-of") return reason.tree;
	return reason.kind === "rule" && reason.rule === "include" ? startOfRule(reason.value) : undefined;
}
