import * as v from "valibot";
import type { Group, User } from "../../base/machine/facts.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { isName } from "../../options/answers.ts";
import type { Trace } from "../../trace/trace.ts";

/** The first file of an exported cage, which is read before anything is unpacked. */
export interface ExportHead {
	readonly schema: "cagewright/export/1";
	readonly name: string;
	readonly generation: number;
	/** Node's name of the processor (process.arch): its programs do not run on another. */
	readonly architecture: string;
	/** ISO 8601, UTC. */
	readonly exportedAt: string;
	/** Cagewright's version. */
	readonly version: string;
	/** Whether the export contains the application's data. */
	readonly data: boolean;
	/** Names of all owners. Absent in archives of older versions. */
	readonly owners?: OwnerNames;
}

export const exportHeadName = "export.json";

const schema = v.object({
	schema: v.literal("cagewright/export/1"),
	name: v.pipe(v.string(), v.check(isName)),
	generation: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999_999)),
	architecture: v.string(),
	exportedAt: v.string(),
	version: v.string(),
	data: v.boolean(),
	// The import looks them up and refuses unknown ones.
	owners: v.exactOptional(v.object({ users: v.record(v.string(), v.string()), groups: v.record(v.string(), v.string()) })),
});

/** Returns undefined if it is invalid. */
export function exportHeadFromJson(text: string): ExportHead | undefined {
	try {
		return v.parse(schema, JSON.parse(text));
	} catch {
		return undefined;
	}
}

/** The parts of an exported cage, relative to its folder, without the head. */
export function exportedParts(generation: number, data: boolean): readonly string[] {
	return [
		"cage.json",
		`manifests/${generation}.json`,
		"traces",
		"log",
		`generations/${generation}`,
		...(data ? ["data", "seeded.json"] : []),
	];
}

/** Names of accounts by number, because each machine has its own numbers. */
export interface OwnerNames {
	readonly users: Readonly<Record<string, string>>;
	readonly groups: Readonly<Record<string, string>>;
}

export interface OwnerIds {
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
}

/** Whether a foreign name may be part of shell commands, which messages and exports show, and of files for systemd. */
export function isAccountWord(name: string): boolean {
	return /^[\p{L}\p{N}_][\p{L}\p{N}_.@\\+-]{0,79}\$?$/u.test(name);
}

/** Returns every number that the manifest or the trace contains. */
export function ownerIds({ accounts, binds, entries, identity, writable }: Manifest, trace: Trace | undefined): OwnerIds {
	const created = binds.flatMap((bind) => bind.created ?? []);
	const owned = [...entries, ...writable, ...created, identity, ...accounts.users, ...owners(trace)];
	return {
		uids: new Set([...owned.map(({ uid }) => uid), ...(accounts.nameless ?? []), ...(trace?.uids ?? [])]),
		gids: new Set([
			...owned.map(({ gid }) => gid),
			...identity.groups,
			...accounts.groups.map(({ gid }) => gid),
			...(trace?.gids ?? []),
		]),
	};
}

function owners(trace: Trace | undefined) {
	return [...(trace?.accesses.values() ?? [])].flatMap(({ owner }) => owner ?? []);
}

export function ownerNames({ gids, uids }: OwnerIds, users: readonly User[], groups: readonly Group[]): OwnerNames {
	// The first name of a number is the one that getpwuid(3) returns.
	const named = (pairs: readonly (readonly [number, string])[], ids: ReadonlySet<number>) =>
		Object.fromEntries(pairs.filter(([id]) => ids.has(id)).reverse());
	return {
		users: named(
			users.map(({ name, uid }) => [uid, name] as const),
			uids,
		),
		groups: named(
			groups.map(({ gid, name }) => [gid, name] as const),
			gids,
		),
	};
}
