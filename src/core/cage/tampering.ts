import { isWithin, type Path, pathFromText } from "../path/path.ts";
import type { Observed } from "./audit.ts";
import type { Finding } from "./finding.ts";
import { isFolder } from "./layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry, type Stamp } from "./manifest.ts";

/** A generation on disk beside its manifest. Rules over observed facts; the walker in `system/` observes and hashes. */

export interface ObservedState {
	/** The file as stat(2) has it. */
	readonly stamp?: Stamp;
	/** Of its content, where it was read. */
	readonly sha256?: string;
}

/** Whether the content of a file has to be read to know that it is the manifest's: it was touched since it was copied. */
export function needsHash(entry: ManifestEntry | undefined, stamp: Stamp): boolean {
	if (entry?.sha256 === undefined) return false;
	const { copy } = entry;
	return copy === undefined || stampKeys.some((key) => copy[key] !== stamp[key]);
}

const stampKeys = ["device", "inode", "size", "modified", "changed"] as const;

/** What differs from the manifest, in the order of paths. Edited configuration is not taken for tampering. */
export function compareWithManifest(observed: readonly (Observed & ObservedState)[], manifest: Manifest): Finding[] {
	const entries = entriesByPath(manifest);
	const findings: Finding[] = [];
	for (const one of observed) {
		const entry = entries.get(one.path);
		entries.delete(one.path);
		if (entry) findings.push(...differences(one, entry));
		else if (!isMadeBySystemd(one)) findings.push(addedOne(one));
	}
	for (const { kind, path } of entries.values()) {
		// Without root no node can be made; the launcher binds the host's.
		if (kind === "device" && manifest.owner !== undefined) continue;
		findings.push({ code: "missing", path, severity: "warning", values: { kind } });
	}
	return findings.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function addedOne(one: Observed): Finding {
	const harmless = one.kind === "directory" || isConfiguration(one);
	return { code: "added", path: one.path, severity: harmless ? "warning" : "danger", values: { kind: one.kind } };
}

function* differences(one: Observed & ObservedState, entry: ManifestEntry): Generator<Finding> {
	const { path } = one;
	if (isOtherContent(one, entry)) {
		yield isConfiguration(one)
			? { code: "configuration-edited", path, severity: "warning", values: {} }
			: { code: "changed", path, severity: "danger", values: {} };
	}
	// A link has no mode of its own (symlink(7)).
	const mode = one.kind !== "symlink" && one.mode !== entry.mode;
	if (mode || one.uid !== entry.uid || one.gid !== entry.gid) {
		const show = (of: { mode: number; uid: number; gid: number }) => `${octal(of.mode)} ${of.uid}:${of.gid}`;
		yield { code: "attributes-changed", path, severity: "warning", values: { was: show(entry), is: show(one) } };
	}
}

function isOtherContent(one: Observed & ObservedState, entry: ManifestEntry): boolean {
	if (kindInCage(entry) !== one.kind) return true;
	if (one.kind === "symlink") return one.target !== entry.target;
	if (one.device !== undefined) {
		return one.device.major !== entry.device?.major || one.device.minor !== entry.device.minor;
	}
	return one.sha256 !== undefined && entry.sha256 !== undefined && one.sha256 !== entry.sha256;
}

function kindInCage(entry: ManifestEntry): Observed["kind"] {
	if (isFolder(entry)) return "directory";
	if (entry.kind === "device") return entry.device?.type === "b" ? "block-device" : "character-device";
	return entry.kind === "symlink" || entry.kind === "socket" ? entry.kind : "file";
}

const configuration = pathFromText("/etc");

/**
 * What an administrator edits in place, and the next build does not take for damage: files of /etc without a program's mode. What
 * the loader reads there (ld.so(8)) steers what is executed, and the accounts are written by the build.
 */
export function isConfiguration({ kind, mode, path }: Pick<Observed, "kind" | "mode" | "path">): boolean {
	if (!isWithin(path, configuration) || path.startsWith("/etc/ld.so.") || accounts.has(path)) return false;
	return kind === "symlink" || (kind === "file" && (mode & 0o111) === 0);
}

const accounts: ReadonlySet<Path> = new Set(["/etc/passwd", "/etc/group"].map(pathFromText));

function octal(mode: number): string {
	return `0${mode.toString(8)}`;
}

/**
 * systemd completes every root directory that it starts a service in (base_filesystem_create() in its base-filesystem.c): empty top
 * directories, and the links of a merged /usr for those of its directories that are there. A cage that has run as a unit has them, and they
 * lead to nothing that was not in it before.
 */
export function isMadeBySystemd({ gid, kind, mode, path, target, uid }: Observed): boolean {
	if (uid !== 0 || gid !== 0) return false;
	if (kind === "symlink") return links.get(path)?.some((one) => one === target) ?? false;
	return kind === "directory" && directories.has(path) && (mode & 0o022) === 0;
}

const directories: ReadonlySet<string> = new Set(["/root", "/usr", "/var", "/etc", "/proc", "/sys", "/dev", "/run"]);
const links: ReadonlyMap<string, readonly string[]> = new Map(
	[
		["/bin", "usr/bin"],
		["/sbin", "usr/sbin"],
		["/lib", "usr/lib"],
		["/lib64", "usr/lib64", "usr/lib/x86_64-linux-gnu"],
	].map(([path = "", ...targets]) => [pathFromText(path), targets.map(pathFromText)]),
);
