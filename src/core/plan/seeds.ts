import type { Rules } from "../application/application.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { ancestors, join, normalise, type Path, pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { startsEmpty } from "./areas.ts";
import { linkChain, placeOf } from "./links.ts";
import type { Reason, WritableDirectory } from "./plan.ts";
import { tracedReason } from "./writable.ts";

export interface SeedInput {
	readonly trace: Trace;
	readonly rules: Rules;
	readonly files: Files;
	/** Whether something must not be copied: excluded, or a secret that nobody allowed. */
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
}

export interface SeedPlan {
	/** By writable directory. */
	readonly seeds: ReadonlyMap<Path, WritableDirectory["seeds"]>;
	/** State that would have been copied, with the reason. */
	readonly leftOut: ReadonlyMap<Path, Reason>;
}

/**
 * What is copied into the writable directories once: what a rule names, and what the application read of its own state, with the
 * links that it went through. Each belongs to the innermost directory that holds it.
 */
export function planSeeds({ files, isLeftOut, rules, trace }: SeedInput, directories: readonly Path[]): SeedPlan {
	const writable = new Set(directories);
	const holderOf = (path: Path) => [...ancestors(path), path].findLast((directory) => writable.has(directory));
	const leftOut = new Map<Path, Reason>();
	const found = new Map<Path, number>();

	/** The fewest paths that bring all of it but what is left out. */
	const partsOf = (path: Path, reason: Reason): { whole: boolean; parts: [Path, number][] } => {
		const status = files.status(path);
		if (!status) return { whole: true, parts: [] };
		if (isLeftOut(path, status)) {
			leftOut.set(path, reason);
			return { whole: false, parts: [] };
		}
		if (status.kind !== "directory") return { whole: true, parts: [[path, status.kind === "file" ? status.size : 0]] };
		const inside = files.list(path).map((name) => partsOf(join(path, name), reason));
		const parts = inside.flatMap((one) => one.parts);
		if (!inside.every((one) => one.whole)) return { whole: false, parts };
		return { whole: true, parts: [[path, parts.reduce((sum, [, bytes]) => sum + bytes, 0)]] };
	};
	const add = (path: Path, reason: Reason) => {
		if (found.has(path) || leftOut.has(path)) return;
		for (const [part, bytes] of partsOf(path, reason).parts) found.set(part, bytes);
	};

	for (const value of rules.seed) {
		const path = placeOf(normalise(pathFromText(value)), files);
		if (holderOf(path) !== undefined) add(path, { kind: "rule", rule: "seed", value });
	}
	for (const access of trace.accesses.values()) {
		const { path, succeeded } = access;
		if (!succeeded.size) continue;
		const { end, links } = linkChain(path, files);
		const passed = links.map((link) => link.path);
		if (end !== undefined && (succeeded.has("read") || succeeded.has("execute")) && files.status(end)?.kind === "file")
			passed.push(end);
		for (const one of passed) {
			const holder = holderOf(one);
			if (holder !== undefined && !startsEmpty(holder)) add(one, tracedReason(access));
		}
	}

	const seeds = new Map<Path, { path: Path; bytes: number }[]>();
	for (const [path, bytes] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const holder = holderOf(path);
		if (holder === undefined || ancestors(path).some((above) => found.has(above))) continue;
		const held = seeds.get(holder);
		if (held) held.push({ path, bytes });
		else seeds.set(holder, [{ path, bytes }]);
	}
	return { seeds, leftOut };
}
