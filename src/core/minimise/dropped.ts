import { pathFromText } from "../path/path.ts";
import { type GroupName, groupOf, groupOrder } from "../plan/groups.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import type { Minimised } from "./minimised.ts";
import type { FileUnit } from "./units.ts";

const loaderCache = pathFromText("/etc/ld.so.cache");

/** Of a file, what sums are made of. */
export type Counted = Pick<FileUnit, "files" | "bytes" | "group" | "package">;

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
