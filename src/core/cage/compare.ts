import type { Path } from "../path/path.ts";
import type { PackageRef } from "../plan/plan.ts";
import { entriesByPath, type Manifest, type ManifestEntry } from "./manifest.ts";
import { type Setting, settingsThatDiffer } from "./settings.ts";

/** What differs between two generations of a cage. */
export interface GenerationDifference {
	readonly added: readonly ManifestEntry[];
	readonly removed: readonly ManifestEntry[];
	readonly changed: readonly {
		readonly path: Path;
		readonly before: ManifestEntry;
		readonly after: ManifestEntry;
	}[];
	/** Packages whose version differs among the files of both. */
	readonly packages: readonly { readonly name: string; readonly from: string; readonly to: string }[];
	readonly settings: readonly Setting[];
}

export function compareGenerations(a: Manifest, b: Manifest): GenerationDifference {
	const before = entriesByPath(a);
	const added: ManifestEntry[] = [];
	const changed: { path: Path; before: ManifestEntry; after: ManifestEntry }[] = [];
	const versions = new Map<string, { name: string; from: string; to: string }>();
	for (const after of b.entries) {
		const old = before.get(after.path);
		before.delete(after.path);
		if (old === undefined) added.push(after);
		else {
			if (differs(old, after)) changed.push({ path: after.path, before: old, after });
			noteVersion(versions, old.package, after.package);
		}
	}
	return {
		added,
		removed: [...before.values()],
		changed,
		packages: [...versions.values()].sort(byName),
		settings: settingsThatDiffer(a, b),
	};
}

function differs(a: ManifestEntry, b: ManifestEntry): boolean {
	const facts = ({ device, gid, kind, mode, sha256, target, uid }: ManifestEntry) =>
		JSON.stringify([kind, mode, uid, gid, sha256 ?? null, target ?? null, device ?? null]);
	return facts(a) !== facts(b);
}

function noteVersion(
	versions: Map<string, { name: string; from: string; to: string }>,
	before: PackageRef | undefined,
	after: PackageRef | undefined,
): void {
	if (before === undefined || after === undefined || before.name !== after.name || before.version === after.version) return;
	versions.set(after.name, { name: after.name, from: before.version, to: after.version });
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
	return a.name < b.name ? -1 : 1;
}
