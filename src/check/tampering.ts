import { by } from "../base/collections.ts";
import type { Values } from "../base/failure.ts";
import { etc, isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Finding } from "../cage/finding.ts";
import { isFolder } from "../cage/layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry, type Stamp, stampKeys } from "../cage/manifest.ts";
import { isDecoy } from "../plan/decoys.ts";
import { type ObservedFile, showMode } from "./audit.ts";

export interface ObservedState {
	/** The file according to stat(2). */
	readonly stamp?: Stamp;
	/** The content's hash, if the file was read. */
	readonly sha256?: string;
}

/** Whether the content must be read for a comparison, because the file was touched since it was copied. */
export function needsHash(entry: ManifestEntry | undefined, stamp: Stamp): boolean {
	if (entry?.sha256 === undefined) return false;
	const { copy } = entry;
	return copy === undefined || stampKeys.some((key) => copy[key] !== stamp[key]);
}

/**
 * Compares a generation on disk with its manifest. Returns findings in the order of paths. Edited configuration does not count as
 * tampering.
 */
export function compareWithManifest(observed: readonly (ObservedFile & ObservedState)[], manifest: Manifest): Finding[] {
	const entries = entriesByPath(manifest);
	const findings: Finding[] = [];
	for (const one of observed) {
		const entry = entries.get(one.path);
		entries.delete(one.path);
		if (entry) findings.push(...differences(one, entry));
		else if (!isMadeBySystemd(one)) findings.push(addedFinding(one));
	}
	for (const { kind, path } of entries.values()) {
		// Without root, nodes cannot be created; the launcher mounts the host's.
		if (kind === "device" && manifest.owner !== undefined) continue;
		findings.push({ code: "missing", path, severity: "warning", values: { kind } });
	}
	return findings.sort(by(({ path }) => path));
}

function addedFinding(one: ObservedFile): Finding {
	const harmless = one.kind === "directory" || isConfiguration(one);
	return { code: "added", path: one.path, severity: harmless ? "warning" : "danger", values: { kind: one.kind } };
}

function* differences(one: ObservedFile & ObservedState, entry: ManifestEntry): Generator<Finding> {
	const { path } = one;
	if (isOtherContent(one, entry)) {
		yield isConfiguration(one) && !isDecoy(entry)
			? { code: "configuration-edited", path, severity: "warning", values: contentOf(one) }
			: { code: "changed", path, severity: "danger", values: contentOf(one) };
	}
	// Links have no mode (symlink(7)).
	const mode = one.kind !== "symlink" && one.mode !== entry.mode;
	if (mode || one.uid !== entry.uid || one.gid !== entry.gid) {
		const show = (of: { mode: number; uid: number; gid: number }) => `${showMode(of.mode)} ${of.uid}:${of.gid}`;
		yield { code: "attributes-changed", path, severity: "warning", values: { was: show(entry), is: show(one) } };
	}
}

/** Distinguishes one change from the next. */
function contentOf({ kind, sha256, target }: ObservedFile & ObservedState): Values {
	const is = sha256 ?? (target === undefined ? undefined : showPath(target));
	return is === undefined ? { kind } : { is };
}

function isOtherContent(one: ObservedFile & ObservedState, entry: ManifestEntry): boolean {
	if (kindInCage(entry) !== one.kind) return true;
	if (one.kind === "symlink") return one.target !== entry.target;
	if (one.device !== undefined) {
		return one.device.major !== entry.device?.major || one.device.minor !== entry.device.minor;
	}
	return one.sha256 !== undefined && entry.sha256 !== undefined && one.sha256 !== entry.sha256;
}

function kindInCage(entry: ManifestEntry): ObservedFile["kind"] {
	if (isFolder(entry)) return "directory";
	if (entry.kind === "device") return entry.device?.type === "b" ? "block-device" : "character-device";
	return entry.kind === "symlink" || entry.kind === "socket" ? entry.kind : "file";
}

/**
 * Whether an administrator may edit the file in place: files of /etc without a program's mode, except what controls the loader
 * (ld.so(8)), and accounts, which the build generates.
 */
export function isConfiguration({ kind, mode, path }: Pick<ObservedFile, "kind" | "mode" | "path">): boolean {
	if (!isWithin(path, etc) || path.startsWith("/etc/ld.so.") || accounts.has(path)) return false;
	return kind === "symlink" || (kind === "file" && (mode & 0o111) === 0);
}

const accounts: ReadonlySet<Path> = new Set(["/etc/passwd", "/etc/group"].map(pathFromText));

/**
 * True for what systemd creates in every root directory of a service (base_filesystem_create() in base-filesystem.c): empty top
 * directories, and the links of a merged /usr. A cage that ran as a unit has them, and they lead to nothing new.
 */
export function isMadeBySystemd({ gid, kind, mode, path, target, uid }: ObservedFile): boolean {
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
		["/lib64", "usr/lib64", "usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"],
	].map(([path = "", ...targets]) => [pathFromText(path), targets.map(pathFromText)]),
);
