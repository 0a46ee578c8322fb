import type { Path } from "../path/path.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import { cageEntries } from "./layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry } from "./manifest.ts";
import { type Setting, settingsThatDiffer } from "./settings.ts";

/** In which way a path would become another one. `time` without `size`: the file was written to, or replaced. */
export type Aspect = "kind" | "mode" | "owner" | "size" | "time" | "target" | "device" | "content";

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

function settingsOf({ accounts, application, identity, openings, rules, writable }: Plan) {
	return { accounts, binds: rules.binds, command: application.command, identity, openings, writable };
}
