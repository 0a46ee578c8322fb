import type { Manifest, ManifestEntry } from "../cage/manifest.ts";
import { ancestors, join, type Path, parent, pathFromText, resolvePath } from "../path/path.ts";
import type { PackageRef } from "../plan/plan.ts";

/** Files of the cage by the package that brought them; those of no package and those that were made for the cage stand for themselves. */
export interface PackageShare {
	readonly ref?: PackageRef;
	readonly kind: "package" | "none" | "made";
	readonly files: number;
	readonly bytes: number;
}

/** The largest first. */
export function packagesOf({ entries }: Manifest): PackageShare[] {
	const shares = new Map<string, { ref?: PackageRef; kind: PackageShare["kind"]; files: number; bytes: number }>();
	for (const entry of entries) {
		if (entry.kind !== "file" && entry.kind !== "generated") continue;
		const { package: ref } = entry;
		const kind = entry.kind === "generated" ? "made" : ref ? "package" : "none";
		const key = kind === "package" ? `${ref?.name} ${ref?.version}` : kind;
		const share = shares.get(key) ?? { ...(kind === "package" && ref ? { ref } : {}), kind, files: 0, bytes: 0 };
		share.files++;
		share.bytes += entry.size;
		shares.set(key, share);
	}
	return [...shares.values()].sort((a, b) => b.bytes - a.bytes);
}

/** What the command starts, and the file behind its links; both may be of packages of their own. */
export interface Program {
	readonly file: ManifestEntry;
	readonly packages: readonly PackageRef[];
}

export function programOf({ command, entries }: Manifest): Program | undefined {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const packages: PackageRef[] = [];
	let path: Path | undefined = pathFromText(command[0] ?? "");
	// A chain of links in a cage is short; one that leads back to itself ends here too.
	for (let steps = 0; path !== undefined && steps < 40; steps++) {
		const file: ManifestEntry | undefined = byPath.get(path) ?? throughLinks(path, byPath);
		if (!file) return undefined;
		const { package: ref } = file;
		if (ref && !packages.some(({ name }) => name === ref.name)) packages.push(ref);
		if (file.kind !== "symlink") return { file, packages };
		path = file.target === undefined ? undefined : resolvePath(parent(file.path), file.target);
	}
	return undefined;
}

/** Where a directory on the way is a link, as /bin mostly is. */
function throughLinks(path: Path, byPath: ReadonlyMap<Path, ManifestEntry>): ManifestEntry | undefined {
	for (const above of ancestors(path)) {
		const entry = byPath.get(above);
		if (entry?.kind === "symlink" && entry.target !== undefined) {
			const real = join(resolvePath(parent(above), entry.target), path.slice(above.length + 1));
			return byPath.get(real);
		}
	}
	return undefined;
}
