import { by } from "../base/collections.ts";
import type { PackageRef } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import { killedCalls, permittedCalls } from "../confine/seccomp/observed-calls.ts";
import { isDecoy } from "../plan/decoys.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import { cageEntries } from "./layout.ts";
import { bindsOf, entriesByPath, type Manifest, type ManifestEntry } from "./manifest.ts";

/** Parts of a plan that are not files, but that the launcher reads from the manifest. */
export const settingNames = ["command", "identity", "writable", "binds", "accounts", "openings"] as const;
export type Setting = (typeof settingNames)[number];

type Settings = Pick<Manifest, Exclude<Setting, "openings"> | "permissions">;

/** Ignores reasons and counts, which change nothing in the cage. */
function settingsThatDiffer(a: Settings, b: Settings): Setting[] {
	const [was, is] = [settingValues(a), settingValues(b)];
	return (Object.keys(was) as Setting[]).filter((setting) => canonical(was[setting]) !== canonical(is[setting]));
}

function settingValues({ accounts, binds, command, identity, permissions, writable }: Settings): Record<Setting, unknown> {
	return {
		command,
		identity,
		writable: writable.map(({ gid, mode, path, uid }) => [path, mode, uid, gid]),
		// Without a consent, it makes no difference which release built the cage.
		binds: binds.map(({ access, consent, path }) => [path, access, ...(consent ? ["consent"] : [])]),
		accounts: [
			accounts.users.map(({ gid, home, name, uid }) => [name, uid, gid, home]),
			accounts.groups.map(({ gid, members, name }) => [name, gid, members]),
			accounts.nameless ?? [],
		],
		openings: permissionValues(permissions),
	};
}

/** Without reasons, because another trace may show the same need by another call. */
function permissionValues(permissions: Settings["permissions"]): unknown {
	const { calls, capabilities, executableData = [], refused: _, syslog, ...rest } = permissions;
	return [
		capabilities.map(({ idle, name }) => (idle ? `${name} idle` : name)).sort(),
		syslog ?? null,
		Object.keys(rest).sort(),
		[...executableData].sort(),
		calls ? [[...permittedCalls(calls).keys()].sort(), [...killedCalls(calls)]] : [],
	];
}

/** Returns JSON with sorted keys, so that equal values have equal text. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) =>
		part !== null && typeof part === "object" && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(by(([key]) => key)))
			: part,
	);
}

/** A property of a path that differs. `time` without `size`: the file was written or replaced. */
export const aspects = ["kind", "mode", "owner", "size", "time", "target", "device", "content"] as const;
type Aspect = (typeof aspects)[number];

/** The changes that building a plan would make to a generation. */
export interface Difference {
	readonly added: readonly Entry[];
	readonly changed: readonly { readonly path: Path; readonly aspects: readonly Aspect[] }[];
	readonly removed: readonly ManifestEntry[];
	readonly settings: readonly Setting[];
}

/** Ignores reasons, risks and packages, which change nothing in the cage. */
export function comparePlanWithManifest(plan: Plan, manifest: Manifest): Difference {
	const before = entriesByPath(manifest);
	const added: Entry[] = [];
	const changed: { path: Path; aspects: Aspect[] }[] = [];
	for (const entry of cageEntries(plan, manifest.owner)) {
		const old = before.get(entry.path);
		before.delete(entry.path);
		if (old === undefined) added.push(entry);
		else {
			const aspects = aspectsThatDiffer(entry, old);
			if (aspects.length > 0) changed.push({ path: entry.path, aspects });
		}
	}
	return { added, changed, removed: [...before.values()], settings: settingsThatDiffer(settingsOf(plan), manifest) };
}

/**
 * Removes changes of a file's time, because a file that was rewritten with the same content changes nothing. `other` are paths
 * whose content is known to differ.
 */
export function significantChanges(difference: Difference, other: ReadonlySet<Path> = new Set()): Difference {
	const isTelling = ({ aspects, path }: Difference["changed"][number]) =>
		other.has(path) || aspects.some((aspect) => aspect !== "time");
	return { ...difference, changed: difference.changed.filter(isTelling) };
}

/** Whether a build would create the same generation, judging by file sizes and times. */
export function isSame({ added, changed, removed, settings }: Difference): boolean {
	return added.length + changed.length + removed.length + settings.length === 0;
}

function aspectsThatDiffer(entry: Entry, old: ManifestEntry): Aspect[] {
	const aspects: Aspect[] = [];
	const file = entry.kind === "file";
	if (entry.kind !== old.kind) aspects.push("kind");
	if (entry.mode !== old.mode) aspects.push("mode");
	if (entry.uid !== old.uid || entry.gid !== old.gid) aspects.push("owner");
	// The cage has the edited file already; only a new version on the host matters.
	const isEdited = entry.edited !== undefined;
	if (isEdited && entry.edited !== hostContent(old)) aspects.push("content");
	if (file && !isEdited && entry.size !== old.size) aspects.push("size");
	// A directory's time only shows that something was created in it.
	if (file && !isEdited && Math.trunc(entry.mtime) !== Math.trunc(old.mtime)) aspects.push("time");
	if (!isEdited && entry.target !== old.target) aspects.push("target");
	if (deviceKey(entry.device) !== deviceKey(old.device)) aspects.push("device");
	// A decoy's content is random and stays.
	const isRandom = isDecoy(entry) && isDecoy(old);
	if (entry.kind === "generated" && !isRandom && (entry.content ?? "") !== (old.content ?? "")) aspects.push("content");
	return aspects;
}

/** Returns the host's content that an entry was copied from or compared with. */
export function hostContent({ edited, kind, sha256, target }: ManifestEntry): string | undefined {
	return edited ?? (kind === "symlink" ? target : sha256);
}

function deviceKey(device: Entry["device"]): string {
	return device === undefined ? "" : `${device.type} ${device.major}:${device.minor}`;
}

function settingsOf(plan: Plan) {
	const { accounts, application, identity, permissions, writable } = plan;
	return { accounts, binds: bindsOf(plan), command: application.command, identity, permissions, writable };
}

interface GenerationDifference {
	readonly added: readonly ManifestEntry[];
	readonly removed: readonly ManifestEntry[];
	readonly changed: readonly {
		readonly path: Path;
		readonly before: ManifestEntry;
		readonly after: ManifestEntry;
	}[];
	/** Packages whose version differs in files of both generations. */
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
		packages: [...versions.values()].sort(by(({ name }) => name)),
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
