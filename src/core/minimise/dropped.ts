import type { GroupName } from "../plan/groups.ts";
import { groupOrder } from "../plan/groups.ts";
import type { FileUnit } from "./units.ts";

export interface Dropped {
	readonly files: number;
	readonly bytes: number;
}

/** Files and bytes of units, by what is asked of each; most bytes first, or in the order of groups. */
export function sumOf(units: readonly FileUnit[]): Dropped {
	return units.reduce((sum, { bytes, files }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
		files: 0,
		bytes: 0,
	});
}

export function byGroup(units: readonly FileUnit[]): (Dropped & { readonly group: GroupName })[] {
	return groupOrder.flatMap((group) => {
		const sum = sumOf(units.filter((unit) => unit.group === group));
		return sum.files ? [{ group, ...sum }] : [];
	});
}

/** `package` is absent for files that none brought. */
export function byPackage(units: readonly FileUnit[]): (Dropped & { readonly package?: string })[] {
	const names = [...new Set(units.map((unit) => unit.package))];
	return names
		.map((name) => ({
			...(name === undefined ? {} : { package: name }),
			...sumOf(units.filter((unit) => unit.package === name)),
		}))
		.filter(({ files }) => files)
		.sort((a, b) => b.bytes - a.bytes);
}
