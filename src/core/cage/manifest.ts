import * as v from "valibot";
import { Failure } from "../failure.ts";
import { type Path, pathToJson } from "../path/path.ts";
import type { Mark } from "../plan/marks.ts";
import type { Entry, EntryKind, Openings, PackageRef, Plan, PlannedAccounts, Reason, WritableDirectory } from "../plan/plan.ts";
import { isFolder, type Owner } from "./layout.ts";
import { manifestSchema } from "./manifest-schema.ts";

/** Which file it was, and in which state: two equal stamps mean that nobody touched it in between (stat(2)). */
export interface Stamp {
	/** Numbers as decimal text: an inode may need 64 bits, and times are nanoseconds since 1970. */
	readonly device: string;
	readonly inode: string;
	readonly size: string;
	readonly modified: string;
	readonly changed: string;
}

/** One path of a generation. Modes, owners and sizes are those in the cage. */
export interface ManifestEntry {
	readonly path: Path;
	readonly kind: EntryKind;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Bytes of a file. */
	readonly size: number;
	/** Milliseconds since 1970: of the source, and of the copy. */
	readonly mtime: number;
	/** Of a file's content, in hexadecimal. */
	readonly sha256?: string;
	readonly target?: Path;
	readonly device?: { readonly type: "c" | "b"; readonly major: number; readonly minor: number };
	/** What a generated file says; the loader's cache, which is not text, has the directories that it was made from. */
	readonly content?: string;
	/** Host path that it came from. Absent where the build made it. */
	readonly origin?: Path;
	/** The host's file when it was copied. Absent where it was too fresh, or still growing, to be told apart later. */
	readonly source?: Stamp;
	/** The copy when it was finished. */
	readonly copy?: Stamp;
	/** As in the plan's entry; absent as well where the file was not the one any more that the plan had looked at. */
	readonly marks?: readonly Mark[];
	/** As in the plan's entry: the content was edited in the cage, and this is the host's that it was told apart from. */
	readonly edited?: string;
	readonly reasons: readonly Reason[];
	readonly risks: Entry["risks"];
	readonly package?: PackageRef;
}

/** What one generation of a cage holds, and why: the record, the audit, the drift check and the next build read it. */
export interface Manifest {
	readonly schema: "cagewright/manifest/1";
	readonly generation: number;
	/** Name of the cage. */
	readonly name: string;
	readonly command: readonly string[];
	/** ISO 8601, UTC. */
	readonly madeAt: string;
	/** By which rules the marks of the entries were told (`rulesOfMarks`). */
	readonly marksBy?: string;
	/** Set where the cage was built without root, so that everything in it belongs to this account. */
	readonly owner?: Owner;
	/** Sorted by path; the first is the cage's own root. */
	readonly entries: readonly ManifestEntry[];
	readonly writable: readonly WritableDirectory[];
	readonly binds: readonly { readonly path: string; readonly access: "ro" | "rw" }[];
	readonly accounts: PlannedAccounts;
	readonly openings: Openings;
	readonly identity: Plan["identity"];
}

export interface Counts {
	readonly files: number;
	readonly symlinks: number;
	/** With the root of the cage and the mount points. */
	readonly directories: number;
	readonly bytes: number;
	readonly devices: readonly Path[];
}

export function countEntries(manifest: Manifest): Counts {
	const counts = { files: 0, symlinks: 0, directories: 0, bytes: 0, devices: [] as Path[] };
	for (const entry of manifest.entries) {
		if (entry.kind === "symlink") counts.symlinks++;
		else if (isFolder(entry)) counts.directories++;
		else if (entry.kind === "device") counts.devices.push(entry.path);
		else if (entry.kind !== "socket") {
			counts.files++;
			counts.bytes += entry.size;
		}
	}
	return counts;
}

/** Plain JSON: every path in the contract's form. */
export function manifestToJson(manifest: Manifest): unknown {
	return {
		...manifest,
		entries: manifest.entries.map((entry) => ({
			...entry,
			path: pathToJson(entry.path),
			...(entry.target !== undefined && { target: pathToJson(entry.target) }),
			...(entry.origin !== undefined && { origin: pathToJson(entry.origin) }),
			reasons: entry.reasons.map(reasonToJson),
		})),
		writable: manifest.writable.map((directory) => ({
			...directory,
			path: pathToJson(directory.path),
			reasons: directory.reasons.map(reasonToJson),
			seeds: directory.seeds.map((seed) => ({ ...seed, path: pathToJson(seed.path) })),
		})),
		openings: openingsToJson(manifest.openings),
	};
}

export function openingsToJson({ syslog, ...openings }: Partial<Openings>): object {
	return { ...openings, ...(syslog === undefined ? {} : { syslog: pathToJson(syslog) }) };
}

/** Fails with `manifest-invalid` (exit 1), which names the first place that does not fit. */
export function manifestFromJson(json: unknown): Manifest {
	const result = v.safeParse(manifestSchema, json);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new Failure("manifest-invalid", { where: v.getDotPath(issue) ?? "", problem: issue.message });
}

const pathsOfReasons = new Set(["program", "by", "target", "child", "tree", "example"]);

/** A reason with its paths in the contract's form. */
export function reasonToJson(reason: Reason): object {
	return Object.fromEntries(
		Object.entries(reason).map(([key, value]) => [key, pathsOfReasons.has(key) ? pathToJson(value as Path) : value]),
	);
}

/** The device nodes of a generation. */
export function devicesOf({ entries }: Pick<Manifest, "entries">) {
	return entries.flatMap((entry) =>
		entry.kind === "device" && entry.device ? [{ path: entry.path, mode: entry.mode & 0o777, ...entry.device }] : [],
	);
}

/** Entries by path. */
export function entriesByPath(manifest: Manifest): Map<Path, ManifestEntry> {
	return new Map(manifest.entries.map((entry) => [entry.path, entry]));
}
