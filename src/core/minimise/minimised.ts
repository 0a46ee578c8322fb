import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { type GroupName, groupOf, groupOrder } from "../plan/groups.ts";
import { type LinkFiles, placeOf } from "../plan/links.ts";
import type { Addition, Entry, Plan } from "../plan/plan.ts";
import type { FileUnit } from "./units.ts";

/** What a cage goes without, and what speaks for it. */
export interface Minimised {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** By how many of each it was tried; signals are reloads and log reopenings. */
	readonly probes: number;
	readonly exercises: number;
	readonly signals: number;
	readonly trials: number;
	/** False where it was stopped before every file was decided. */
	readonly isComplete: boolean;
	/** Files, and the links that led to them. */
	readonly paths: readonly Path[];
	/** Bytes of the loader's cache, where it is among them: it is made at each build, so no plan tells them. */
	readonly cacheBytes?: number;
}

/**
 * The plan without what was proven unnecessary: it stays in it as declined. What a rule asks for, or what a trial found missing since, goes in
 * all the same. Directories that only held such files go with them.
 */
export function leaveOut(plan: Plan, minimised: Minimised | undefined, additions: readonly Addition[]): Plan {
	if (!minimised) return plan;
	const { at, exercises, probes } = minimised;
	const reason = { kind: "unneeded", at, probes, exercises } as const;
	const byPath = new Map(plan.entries.map((entry) => [entry.path, entry]));
	const files: LinkFiles = { status: (path) => byPath.get(path), readLink: (path) => byPath.get(path)?.target };
	// A file that comes back brings the links that lead to it.
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
	// Sorted by path, so from the end what a directory holds comes before it.
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

/** The earlier decisions, of which `there` tells what the cage has all the same, with the new ones. */
export function joined(earlier: Minimised | undefined, there: ReadonlySet<Path>, found: Minimised): Minimised {
	const still = earlier?.paths.filter((path) => !there.has(path)) ?? [];
	const cacheBytes = found.cacheBytes ?? earlier?.cacheBytes;
	return {
		...found,
		paths: [...new Set([...still, ...found.paths])],
		...(cacheBytes === undefined ? {} : { cacheBytes }),
	};
}

const loaderCache = pathFromText("/etc/ld.so.cache");

/** Of a file, what sums are made of. */
type Counted = Pick<FileUnit, "files" | "bytes" | "group" | "package">;

export interface Dropped {
	readonly files: number;
	readonly bytes: number;
}

export interface GroupDropped extends Dropped {
	readonly group: GroupName;
}

export interface PackageDropped extends Dropped {
	/** Absent for files that none brought. */
	readonly package?: string;
}

/** What a plan leaves out because trials proved it unnecessary. */
export function unneededOf({ entries }: Plan, { cacheBytes = 0 }: Pick<Minimised, "cacheBytes">): Counted[] {
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

/** What the build makes of the cage's libraries, beside what is written as the plan has it. */
export function isLoaderCache({ kind, path }: Pick<Entry, "kind" | "path">): boolean {
	return kind === "generated" && path === loaderCache;
}

export function sumOf(units: readonly Counted[]): Dropped {
	return units.reduce((sum, { bytes, files }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
		files: 0,
		bytes: 0,
	});
}

/** In the order of groups. */
export function byGroup(units: readonly Counted[]): GroupDropped[] {
	return groupOrder.flatMap((group) => {
		const sum = sumOf(units.filter((unit) => unit.group === group));
		return sum.files ? [{ group, ...sum }] : [];
	});
}

/** Most bytes first. */
export function byPackage(units: readonly Counted[]): PackageDropped[] {
	const names = [...new Set(units.map((unit) => unit.package))];
	return names
		.map((name) => ({
			...(name === undefined ? {} : { package: name }),
			...sumOf(units.filter((unit) => unit.package === name)),
		}))
		.filter(({ files }) => files)
		.sort((a, b) => b.bytes - a.bytes);
}
