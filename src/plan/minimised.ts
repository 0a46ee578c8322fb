import { omitUndefined } from "../base/collections.ts";
import { isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { type GroupName, groupOf, groupOrder } from "./groups.ts";
import { linkFiles, placeOf } from "./links.ts";
import type { Addition, Entry, Plan } from "./plan.ts";

/** Files that trials proved unnecessary, with the evidence. */
export interface MinimiseRecord {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** Number of probes, exercises and signals (reloads and log reopenings) in each trial. */
	readonly probes: number;
	readonly exercises: number;
	readonly signals: number;
	readonly trials: number;
	/** False if the search was stopped before every file was decided. */
	readonly isComplete: boolean;
	/** Files, and the links that lead to them. */
	readonly paths: readonly Path[];
	/** Size of the loader's cache if it is left out. Each build generates it, so no plan contains its size. */
	readonly cacheBytes?: number;
}

/**
 * Declines everything in the plan that was proven unnecessary, except what a rule asks for or a later trial found missing.
 * Directories that contain only such files are declined too.
 */
export function leaveOut(plan: Plan, minimised: MinimiseRecord | undefined, additions: readonly Addition[]): Plan {
	if (!minimised) return plan;
	const { at, exercises, probes } = minimised;
	const reason = { kind: "unneeded", at, probes, exercises } as const;
	const byPath = new Map(plan.entries.map((entry) => [entry.path, entry]));
	const files = linkFiles(byPath);
	// A file that returns brings the links that lead to it.
	const found = new Set(additions.flatMap((one) => (one.kind === "path" ? placeOf(one.path, files) : [])));
	const out = new Set(minimised.paths.filter((path) => !found.size || !found.has(placeOf(path, files))));
	const isRuled = ({ reasons }: Entry) => reasons.some(({ kind }) => kind === "rule");
	const decline = (entry: Entry): Entry => ({ ...entry, decision: "declined", reasons: [...entry.reasons, reason] });
	const isOut = (entry: Entry) =>
		entry.decision === "include" &&
		out.has(entry.path) &&
		(entry.kind === "file" || entry.kind === "symlink" || entry.kind === "generated") &&
		!isRuled(entry);
	const entries = plan.entries.map((entry) => (isOut(entry) ? decline(entry) : entry));
	const held = new Set<Path>();
	// Entries are sorted by path. Backwards, a directory's content comes before the directory.
	const kept = entries.toReversed().map((entry) => {
		if (entry.decision !== "include") return entry;
		const { kind, path, reasons } = entry;
		const isNeeded = kind !== "directory" || held.has(path) || reasons.some((one) => one.kind !== "parent-of");
		const isEmptied = !isNeeded && minimised.paths.some((one) => isWithin(one, path));
		if (isEmptied) return decline(entry);
		held.add(path.slice(0, path.lastIndexOf("/")) as Path);
		return entry;
	});
	return { ...plan, entries: kept.reverse() };
}

/** Joins earlier decisions with new ones. `there` are paths that the cage contains again. */
export function joinMinimised(
	earlier: MinimiseRecord | undefined,
	there: ReadonlySet<Path>,
	found: MinimiseRecord,
): MinimiseRecord {
	const still = earlier?.paths.filter((path) => !there.has(path)) ?? [];
	const cacheBytes = found.cacheBytes ?? earlier?.cacheBytes;
	return {
		...found,
		paths: [...new Set([...still, ...found.paths])],
		...omitUndefined({ cacheBytes }),
	};
}

const loaderCache = pathFromText("/etc/ld.so.cache");

/** The facts about a file that sums need. */
interface FileFacts extends DroppedFiles {
	readonly group: GroupName;
	/** Absent for files without a package. */
	readonly package?: string;
}

export interface DroppedFiles {
	readonly files: number;
	readonly bytes: number;
}

export interface DroppedGroup extends DroppedFiles {
	readonly group: GroupName;
}

export interface DroppedPackage extends DroppedFiles {
	/** Absent for files without a package. */
	readonly package?: string;
}

/** Returns what a plan leaves out because trials proved it unnecessary. */
export function unneededOf({ entries }: Plan, { cacheBytes = 0 }: Pick<MinimiseRecord, "cacheBytes">): FileFacts[] {
	return entries
		.filter(({ kind, reasons }) => kind !== "directory" && reasons.some((reason) => reason.kind === "unneeded"))
		.map((entry) => {
			const isFile = entry.kind !== "symlink";
			return {
				files: Number(isFile),
				bytes: !isFile ? 0 : isLoaderCache(entry) ? cacheBytes : entry.size,
				group: groupOf({ ...entry, decision: "include" }),
				...(entry.package ? { package: entry.package.name } : {}),
			};
		});
}

/** The build generates the loader's cache; the plan's entry has no content. */
export function isLoaderCache({ kind, path }: Pick<Entry, "kind" | "path">): boolean {
	return kind === "generated" && path === loaderCache;
}

export function sumOf(units: readonly FileFacts[]): DroppedFiles {
	return units.reduce((sum, { bytes, files }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
		files: 0,
		bytes: 0,
	});
}

/** Returns sums in the order of groups. */
export function byGroup(units: readonly FileFacts[]): DroppedGroup[] {
	return groupOrder.flatMap((group) => {
		const sum = sumOf(units.filter((unit) => unit.group === group));
		return sum.files ? [{ group, ...sum }] : [];
	});
}

/** Returns sums per package, largest first. */
export function byPackage(units: readonly FileFacts[]): DroppedPackage[] {
	return sumsBy(units, (unit) => unit.package)
		.map(({ key, ...sum }) => ({ ...omitUndefined({ package: key }), ...sum }))
		.sort((a, b) => b.bytes - a.bytes);
}

/** Returns sums per key, without those that have no file. */
export function sumsBy<Unit extends FileFacts, Key>(
	units: readonly Unit[],
	keyOf: (unit: Unit) => Key,
): (DroppedFiles & { readonly key: Key })[] {
	const keys = [...new Set(units.map(keyOf))];
	return keys.map((key) => ({ key, ...sumOf(units.filter((unit) => keyOf(unit) === key)) })).filter(({ files }) => files);
}
