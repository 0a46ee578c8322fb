import type { Path } from "../path/path.ts";
import type { Entry, PackageRef, Plan } from "../plan/plan.ts";
import { cageEntries } from "./layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry } from "./manifest.ts";

/** Parts of a plan that are no files of the cage, but that the launcher reads from the manifest. */
export type Setting = "command" | "identity" | "writable" | "binds" | "accounts" | "openings";

type Settings = Pick<Manifest, Exclude<Setting, "openings"> | "permissions">;

/** What says why something is there, or counts what is not there, is not compared: it changes nothing in the cage. */
function settingsThatDiffer(a: Settings, b: Settings): Setting[] {
	const [was, is] = [compared(a), compared(b)];
	return (Object.keys(was) as Setting[]).filter((setting) => canonical(was[setting]) !== canonical(is[setting]));
}

function compared({ accounts, binds, command, identity, permissions, writable }: Settings): Record<Setting, unknown> {
	return {
		command,
		identity,
		writable: writable.map(({ gid, mode, path, uid }) => [path, mode, uid, gid]),
		binds: binds.map(({ access, path }) => [path, access]),
		accounts: [
			accounts.users.map(({ gid, home, name, uid }) => [name, uid, gid, home]),
			accounts.groups.map(({ gid, members, name }) => [name, gid, members]),
			accounts.nameless ?? [],
		],
		openings: withoutWords(permissions),
	};
}

/** What is open, without what showed the need: another trace may show it by another call. */
function withoutWords({ capabilities, executableData = [], refused: _, syslog, ...rest }: Settings["permissions"]): unknown {
	return [
		capabilities.map(({ idle, name }) => (idle ? `${name} idle` : name)).sort(),
		syslog ?? null,
		Object.keys(rest).sort(),
		[...executableData].sort(),
	];
}

/** JSON with the keys of each object in order, so that two values compare by content. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) =>
		part !== null && typeof part === "object" && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);
}

/** In which way a path would become another one. `time` without `size`: the file was written to, or replaced. */
type Aspect = "kind" | "mode" | "owner" | "size" | "time" | "target" | "device" | "content";

/** What a build of a plan would change in a generation. */
export interface Difference {
	readonly added: readonly Entry[];
	readonly changed: readonly { readonly path: Path; readonly aspects: readonly Aspect[] }[];
	readonly removed: readonly ManifestEntry[];
	readonly settings: readonly Setting[];
}

/** Reasons, risks and packages are not compared: they say why, and change nothing that is there. */
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
 * Without what would only get another time: that of a file which was merely written again with the same content says nothing of the cage. `other` are
 * those whose content is known to be another.
 */
export function tellingDifference(difference: Difference, other: ReadonlySet<Path> = new Set()): Difference {
	const isTelling = ({ aspects, path }: Difference["changed"][number]) =>
		other.has(path) || aspects.some((aspect) => aspect !== "time");
	return { ...difference, changed: difference.changed.filter(isTelling) };
}

/** True where a build would make the same generation again, as far as sizes and times of the files tell. */
export function isSame({ added, changed, removed, settings }: Difference): boolean {
	return added.length + changed.length + removed.length + settings.length === 0;
}

function aspectsThatDiffer(entry: Entry, old: ManifestEntry): Aspect[] {
	const aspects: Aspect[] = [];
	const file = entry.kind === "file";
	if (entry.kind !== old.kind) aspects.push("kind");
	if (entry.mode !== old.mode) aspects.push("mode");
	if (entry.uid !== old.uid || entry.gid !== old.gid) aspects.push("owner");
	// What was edited in the cage is there already; only what the host has beside it may be news.
	const isEdited = entry.edited !== undefined;
	if (isEdited && entry.edited !== hostContent(old)) aspects.push("content");
	if (file && !isEdited && entry.size !== old.size) aspects.push("size");
	// A directory's time says what was made beside the entries that we have: nothing about the cage.
	if (file && !isEdited && Math.trunc(entry.mtime) !== Math.trunc(old.mtime)) aspects.push("time");
	if (!isEdited && entry.target !== old.target) aspects.push("target");
	if (deviceKey(entry.device) !== deviceKey(old.device)) aspects.push("device");
	if (entry.kind === "generated" && (entry.content ?? "") !== (old.content ?? "")) aspects.push("content");
	return aspects;
}

/** The host's content that a generation's entry was copied or told apart from. */
export function hostContent({ edited, kind, sha256, target }: ManifestEntry): string | undefined {
	return edited ?? (kind === "symlink" ? target : sha256);
}

function deviceKey(device: Entry["device"]): string {
	return device === undefined ? "" : `${device.type} ${device.major}:${device.minor}`;
}

function settingsOf({ accounts, application, identity, permissions, rules, writable }: Plan) {
	return { accounts, binds: rules.binds, command: application.command, identity, permissions, writable };
}

/** What differs between two generations of a cage. */
interface GenerationDifference {
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
