import * as v from "valibot";
import { omitUndefined } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import { isId } from "../base/machine/accounts.ts";
import { type Json, normalise, outermost, type Path, pathSchema, pathToJson } from "../base/path/path.ts";
import type { Permissions } from "../confine/permissions.ts";
import { linkFiles, placeOf } from "../plan/links.ts";
import { markKinds } from "../plan/marks.ts";
import {
	type Entry,
	entryKinds,
	type OfferedSocket,
	type Plan,
	type PlannedAccounts,
	peerReasons,
	type Reason,
	riskKinds,
	sharedKinds,
	socketReaches,
	type WritableDirectory,
} from "../plan/plan.ts";
import type { Bind } from "../service/application.ts";
import { ruleNames } from "../service/rule-options.ts";
import { isFolder, type Owner } from "./layout.ts";

// Thousands of entries are checked: one function per value is twice as fast as nested schemas (measured).

const whole = v.custom<number>(isWhole, "no whole number");
/** setpriv(1) takes larger numbers modulo 2^32: 4294967296 is root. */
const id = v.custom<number>(isId, "no number of an account");
const bits = v.custom<number>((value) => isWhole(value) && value <= 0o7777, "no bits of a mode");

function isWhole(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0;
}

const sha256 = v.custom<string>((value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value), "no SHA-256");

/** Link targets may be relative. */
const path = v.pipe(pathSchema, v.check(isPlace, "no absolute path"));

function isPlace(value: Path): boolean {
	return value.startsWith("/") && !/\/\.\.(\/|$)|\0/.test(value);
}

const rule = v.picklist(ruleNames);
const reasons = {
	traced: v.object({ kind: v.literal("traced"), calls: v.array(v.string()), program: v.exactOptional(path) }),
	"needed-by": v.object({ kind: v.literal("needed-by"), by: path }),
	"interpreter-of": v.object({ kind: v.literal("interpreter-of"), by: path }),
	"link-to": v.object({ kind: v.literal("link-to"), target: pathSchema }),
	"part-of": v.object({ kind: v.literal("part-of"), tree: path }),
	"parent-of": v.object({ kind: v.literal("parent-of"), child: path }),
	rule: v.object({ kind: v.literal("rule"), rule, value: v.string() }),
	shared: v.object({ kind: v.literal("shared"), what: v.picklist(sharedKinds), example: path }),
	offered: v.object({ kind: v.literal("offered"), socket: path }),
	"offered-file": v.object({ kind: v.literal("offered-file"), file: path }),
	"may-use": v.object({ kind: v.literal("may-use"), by: path }),
	"own-file": v.object({ kind: v.literal("own-file") }),
	account: v.object({ kind: v.literal("account") }),
	"loader-cache": v.object({ kind: v.literal("loader-cache") }),
	launcher: v.object({ kind: v.literal("launcher") }),
	"service-directory": v.object({ kind: v.literal("service-directory") }),
	"own-state": v.object({ kind: v.literal("own-state") }),
	edited: v.object({ kind: v.literal("edited") }),
	trial: v.object({ kind: v.literal("trial"), round: whole, call: v.string() }),
};
/** Selects the schema by kind; a variant would try one after the other. */
const reason = v.lazy((input) => (isReason(input) ? reasons[input.kind] : noReason));
const noReason: v.GenericSchema<never> = v.never("no reason");

function isReason(input: unknown): input is { kind: keyof typeof reasons } {
	return typeof input === "object" && input !== null && "kind" in input && Object.hasOwn(reasons, String(input.kind));
}

export const stampKeys = ["device", "inode", "size", "modified", "changed"] as const;
const stamp = v.custom<Stamp>(
	(value) => typeof value === "object" && value !== null && stampKeys.every((key) => isDecimal((value as Stamp)[key])),
	"no stamp of a file",
);

function isDecimal(value: unknown): boolean {
	return typeof value === "string" && /^-?\d+$/.test(value);
}

const entry = v.object({
	path,
	kind: v.picklist(entryKinds),
	mode: bits,
	uid: id,
	gid: id,
	size: whole,
	mtime: v.number(),
	sha256: v.exactOptional(sha256),
	target: v.exactOptional(pathSchema),
	device: v.exactOptional(v.object({ type: v.picklist(["c", "b"]), major: whole, minor: whole })),
	content: v.exactOptional(v.string()),
	origin: v.exactOptional(path),
	source: v.exactOptional(stamp),
	copy: v.exactOptional(stamp),
	marks: v.exactOptional(v.array(v.picklist(markKinds))),
	edited: v.exactOptional(v.string()),
	reasons: v.array(reason),
	risks: v.array(v.picklist(riskKinds)),
	package: v.exactOptional(v.object({ name: v.string(), version: v.string() })),
});

const writable = v.object({
	path,
	mode: bits,
	uid: id,
	gid: id,
	reasons: v.array(reason),
	seeds: v.array(v.object({ path, bytes: whole })),
	emptyFiles: v.exactOptional(v.array(path)),
});

const user = v.object({ name: v.string(), uid: id, gid: id, home: v.string(), reason: v.string() });
const group = v.object({ name: v.string(), gid: id, members: v.array(v.string()), reason: v.string() });

/** The file calls permissions `openings`. */
export const storedManifest = v.object({
	schema: v.literal("cagewright/manifest/1"),
	generation: v.pipe(whole, v.minValue(1)),
	name: v.string(),
	command: v.array(v.string()),
	madeAt: v.pipe(v.string(), v.isoTimestamp()),
	marksBy: v.exactOptional(v.string()),
	owner: v.exactOptional(v.object({ uid: id, gid: id })),
	entries: v.array(entry),
	writable: v.array(writable),
	binds: v.array(
		v.object({
			path: v.string(),
			access: v.picklist(["ro", "rw"]),
			consent: v.exactOptional(v.boolean()),
			created: v.exactOptional(
				v.object({
					mode: bits,
					uid: id,
					gid: id,
					isRuntime: v.exactOptional(v.literal(true)),
					isFile: v.exactOptional(v.literal(true)),
					below: v.exactOptional(v.array(v.object({ path: v.string(), mode: bits, uid: id, gid: id }))),
				}),
			),
			isSocket: v.exactOptional(v.literal(true)),
		}),
	),
	offeredSockets: v.exactOptional(v.array(v.object({ path: pathSchema, reach: v.picklist(socketReaches) }))),
	pidFiles: v.exactOptional(v.array(path)),
	accounts: v.object({
		users: v.array(user),
		groups: v.array(group),
		peers: v.exactOptional(v.array(v.object({ name: v.string(), uid: id, gid: id, reason: v.picklist(peerReasons) }))),
		usersLeftOut: whole,
		groupsLeftOut: whole,
		nameless: v.exactOptional(v.array(id)),
	}),
	openings: v.object({
		capabilities: v.array(v.object({ name: v.string(), why: v.string(), idle: v.exactOptional(v.literal(true)) })),
		proc: v.exactOptional(v.string()),
		ownProcess: v.exactOptional(v.string()),
		kernelProc: v.exactOptional(v.string()),
		sys: v.exactOptional(v.string()),
		unixSockets: v.exactOptional(v.string()),
		triesUnixSockets: v.exactOptional(v.literal(true)),
		netlink: v.exactOptional(v.string()),
		uevents: v.exactOptional(v.string()),
		packetSockets: v.exactOptional(v.string()),
		multicast: v.exactOptional(v.string()),
		scheduling: v.exactOptional(v.string()),
		syslog: v.exactOptional(path),
		memfd: v.exactOptional(v.string()),
		writableCode: v.exactOptional(v.string()),
		ports: v.exactOptional(v.string()),
		tcpPorts: v.exactOptional(v.array(v.pipe(whole, v.maxValue(65_535)))),
		abstractSockets: v.exactOptional(v.string()),
		executableData: v.exactOptional(v.array(path)),
		calls: v.exactOptional(
			v.object({
				made: v.array(v.string()),
				allowed: v.exactOptional(v.array(v.string())),
				refused: v.exactOptional(v.array(v.string())),
			}),
		),
		refused: v.exactOptional(v.array(v.object({ name: v.string(), why: v.string() }))),
	}),
	identity: v.object({ name: v.string(), uid: id, gid: id, groups: v.array(id), home: v.string() }),
});

const manifestSchema = v.pipe(
	storedManifest,
	v.transform(({ openings, ...manifest }) => ({ ...manifest, permissions: openings })),
);

/** All fields of the file, under the names of `Manifest`. */
export type StoredManifest = v.InferOutput<typeof manifestSchema>;

/** Identifies a file and its state: equal stamps mean that nobody touched it in between (stat(2)). */
export interface Stamp {
	/** Decimal numbers as text: an inode may need 64 bits, and times are nanoseconds since 1970. */
	readonly device: string;
	readonly inode: string;
	readonly size: string;
	readonly modified: string;
	readonly changed: string;
}

/**
 * One path of a generation, with its mode, owner and size in the cage. `marks` is absent if the file changed after the plan read it.
 * `content` of the loader's cache, which is binary, is the directories that it was made from.
 */
export interface ManifestEntry extends Omit<Entry, "decision"> {
	/** Hexadecimal, for files. */
	readonly sha256?: string;
	/** Host path of the source. Absent if the build created the file. */
	readonly origin?: Path;
	/** The host's file when it was copied. Absent if it was too new, or still growing, to detect later changes. */
	readonly source?: Stamp;
	/** The finished copy. */
	readonly copy?: Stamp;
}

/**
 * `consent` tells whether the administrator had to allow it (`HostAccess`). Absent: an earlier release built the generation and did
 * not ask.
 */
export interface ManifestBind extends Bind {
	readonly consent?: boolean;
}

export function bindsOf({ allowedBinds = [], rules }: Pick<Plan, "allowedBinds" | "rules">): ManifestBind[] {
	return rules.binds.map(({ access, created, isSocket, path }) => ({
		path,
		access,
		consent: allowedBinds.includes(path),
		...omitUndefined({ created, isSocket }),
	}));
}

/** A list of everything in one generation, with the reasons. The record, the audit, the drift check and the next build read it. */
export interface Manifest {
	readonly schema: "cagewright/manifest/1";
	readonly generation: number;
	/** The cage's name. */
	readonly name: string;
	readonly command: readonly string[];
	/** ISO 8601, UTC. */
	readonly madeAt: string;
	/** The rules that the entries' marks come from (`markRules`). */
	readonly marksBy?: string;
	/** Set if the cage was built without root: this account owns everything. */
	readonly owner?: Owner;
	/** Sorted by path; the first is the cage's root. */
	readonly entries: readonly ManifestEntry[];
	readonly writable: readonly WritableDirectory[];
	readonly binds: readonly ManifestBind[];
	/** Absent: an earlier release built the generation. */
	readonly offeredSockets?: readonly OfferedSocket[];
	/** As in the plan. Absent: an earlier release built the generation. */
	readonly pidFiles?: readonly Path[];
	readonly accounts: PlannedAccounts;
	readonly permissions: Permissions;
	readonly identity: Plan["identity"];
}

export interface Counts {
	readonly files: number;
	readonly symlinks: number;
	/** Including the cage's root and mount points. */
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

export function manifestToJson({ identity, permissions, ...manifest }: Manifest): unknown {
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
			...(directory.emptyFiles && { emptyFiles: directory.emptyFiles.map(pathToJson) }),
		})),
		...(manifest.offeredSockets && {
			offeredSockets: manifest.offeredSockets.map((socket) => ({ ...socket, path: pathToJson(socket.path) })),
		}),
		...(manifest.pidFiles && { pidFiles: manifest.pidFiles.map(pathToJson) }),
		openings: permissionsToJson(permissions),
		identity,
	};
}

export function permissionsToJson<Some extends Partial<Permissions>>(permissions: Some): Json<Some> {
	const { executableData, syslog } = permissions;
	return {
		...permissions,
		...(executableData && { executableData: executableData.map(pathToJson) }),
		...(syslog !== undefined && { syslog: pathToJson(syslog) }),
	} as Json<Some>;
}

/**
 * Throws `manifest-invalid` (exit 1) with the first invalid place: the file was cut, edited or written by another version. Only
 * root can write it.
 */
export function manifestFromJson(json: unknown): Manifest {
	const result = v.safeParse(manifestSchema, json);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new Failure("manifest-invalid", { where: v.getDotPath(issue) ?? "", problem: issue.message });
}

const pathsOfReasons = new Set(["program", "by", "target", "child", "tree", "example", "socket", "file"]);

export function reasonToJson(reason: Reason): Json<Reason> {
	return Object.fromEntries(
		Object.entries(reason).map(([key, value]) => [key, pathsOfReasons.has(key) ? pathToJson(value as Path) : value]),
	) as Json<Reason>;
}

export function devicesOf({ entries }: Pick<Manifest, "entries">) {
	return entries.flatMap((entry) =>
		entry.kind === "device" && entry.device ? [{ path: entry.path, mode: entry.mode & 0o777, ...entry.device }] : [],
	);
}

/** The directories of the state that a generation mounts. */
export function rootsOf({ writable }: Pick<Manifest, "writable">): Path[] {
	return outermost(writable.map(({ path }) => path));
}

export function entriesByPath(manifest: Manifest): Map<Path, ManifestEntry> {
	return new Map(manifest.entries.map((entry) => [entry.path, entry]));
}

/** Resolves a path with the cage's own links. */
export function placeInCage(path: Path, manifest: Manifest): Path {
	return placeOf(normalise(path), linkFiles(entriesByPath(manifest)));
}
