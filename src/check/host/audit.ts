import { by, omitUndefined } from "../../base/collections.ts";
import { hashFiles } from "../../base/host/hash.ts";
import { findTool, readTool } from "../../base/host/tools.ts";
import { directoriesTo } from "../../base/machine/facts.ts";
import { ancestors, join, type Path, pathToText, root } from "../../base/path/path.ts";
import type { Finding } from "../../cage/finding.ts";
import { observe, observeData, observeTree, type StampedFile } from "../../cage/host/observe.ts";
import { entriesByPath, type Manifest } from "../../cage/manifest.ts";
import {
	auditBinds,
	auditData,
	auditDataPaths,
	auditFiles,
	auditPathToCage,
	auditWaysInPlace,
	type BindPath,
	consistsOfDirectories,
	type DataPath,
	type ObservedFile,
} from "../audit.ts";
import type { CageToAudit } from "../ports.ts";
import { compareWithManifest, needsHash } from "../tampering.ts";

/** Limits before a launch: entries of the data, and milliseconds of getcap(8) there. `check --deep` has none. */
const mostData = 1_000_000;
const mostTime = 10_000;

export interface AuditResult {
	/** Sorted by path, then in the order of the rules. */
	readonly findings: readonly Finding[];
	/** Number of files, directories and links that were examined. */
	readonly looked: number;
}

/** Audits a cage without changing anything or following links. Ignores what vanishes in the meantime. */
export async function auditCage(request: CageToAudit, signal?: AbortSignal): Promise<AuditResult> {
	const { binds = [], isPresent = false, manifest, policy, root: cage, thorough = false } = request;
	const inPlace = (request.data ?? []).filter(isHosts).map((one) => ({ ...one, way: bindWay(one.path) }));
	const ways = (request.data ?? []).filter((one) => !isHosts(one)).map((one) => ({ ...one, way: dataWay(one) }));
	// Content behind a link is not the cage's.
	const data = [...ways, ...inPlace].filter(({ way }) => consistsOfDirectories(way));
	const way = directoriesTo(cage);
	const seen = way.flatMap((path) => observe(path, path) ?? []);
	// A missing component and anything below it cannot be judged.
	const missing = way.slice(seen.length, seen.length + 1);
	const findings = [
		...auditPathToCage(seen, policy.owner),
		...missing.map((path): Finding => ({ code: "way-not-directory", path, severity: "danger", values: { kind: "absent" } })),
		...auditBinds(
			binds.map(({ path, ...bind }) => ({ ...bindWay(path), ...bind })),
			policy.owner,
		),
		...auditWaysInPlace(
			inPlace.map(({ way }) => way),
			policy,
		),
		...auditDataPaths(
			ways.map(({ way }) => way),
			policy.owner,
			isPresent,
		),
	];
	const { seen: files, unseen } = observeTree(cage, root, signal);
	findings.push(...unseen.map(unseenFinding));
	const most = thorough ? Number.POSITIVE_INFINITY : mostData;
	const written = data.map(({ path, source }) => ({ path, source, ...observeData(source, path, most, signal) }));
	const hashed = manifest
		? withHashes(files, await hashesOf(thorough ? filesOf(manifest) : touched(files, manifest), cage, signal))
		: [];
	// getcap examines the data separately, so that an application's files there cannot hide findings in the cage.
	const capabilities = await fileCapabilities([cage], signal);
	if (capabilities === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: root, severity: "warning", values: { tool: "getcap" } });
	}
	const sources = data.map(({ source }) => source);
	const ofData = data[0] ? await fileCapabilities(sources, signal, thorough ? undefined : mostTime) : [];
	if (capabilities !== undefined && data[0] && ofData === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: data[0].path, severity: "warning", values: { tool: "getcap" } });
	}
	const inside = auditFiles(addCapabilities(files, cage, capabilities ?? []), policy);
	const changed = manifest ? compareWithManifest(hashed, manifest) : [];
	const inData = written.flatMap(({ path, seen, source, unseen }) => [
		...unseen.map(unseenDataFinding),
		...auditData(addDataCapabilities(seen, source, path, ofData ?? [])),
	]);
	const ordered = [...inside, ...changed, ...inData].sort(by(({ path }) => path));
	const looked = written.reduce((sum, one) => sum + one.looked, files.length);
	return { findings: [...findings, ...ordered], looked };
}

/** Whether a directory of the state is the host's own. */
function isHosts({ path, source }: NonNullable<CageToAudit["data"]>[number]): boolean {
	return path === source;
}

/** Stops at a link, because its target is not on the path. */
function bindWay(bind: Path): BindPath {
	const seen: StampedFile[] = [];
	for (const path of directoriesTo(bind)) {
		const part = observe(path, path);
		if (part === undefined) return { bind, seen, absent: path };
		seen.push(part);
		if (part.kind !== "directory") break;
	}
	return { bind, seen };
}

const dataFolder = { uid: 0, mode: 0o700 };

function hostDirectory(path: Path): StampedFile | undefined {
	const there = observe(path, path);
	return there?.kind === "directory" ? there : undefined;
}

/** The path from the data folder to the state of `path`, each part with the host's directory of the same name. */
function dataWay({ path, source }: { readonly path: Path; readonly source: Path }): DataPath {
	const isBelow = source.endsWith(path);
	const top = (isBelow ? source.slice(0, -path.length) : source) as Path;
	const seen: DataPath["seen"][number][] = [];
	for (const name of isBelow ? [root, ...ancestors(path), path] : [root]) {
		const place = name === root ? top : join(top, name.slice(1));
		const part = observe(place, place);
		if (part === undefined) return { seen, absent: place };
		const like = name === root ? dataFolder : hostDirectory(name);
		seen.push(like ? { ...part, like } : part);
		if (part.kind !== "directory") break;
	}
	return { seen };
}

/** Without root, a file that its mode hides from the cage's account gives nobody more rights. */
function unseenFinding({ error, path }: { readonly error: string; readonly path: Path }): Finding {
	const severity = error === "EACCES" && process.geteuid?.() !== 0 ? "warning" : "danger";
	return { code: "unseen", path, severity, values: { error } };
}

/**
 * An application, even a compromised one, can make its data too deep or too large to examine, and its cage must still start.
 * Nothing there can be executed, because the data is mounted noexec and nosuid, and only root can reach it from outside. The same
 * holds for an application started as root.
 */
function unseenDataFinding(one: { readonly error: string; readonly path: Path }): Finding {
	return ["ENAMETOOLONG", "EFBIG"].includes(one.error)
		? { code: "unseen", path: shortened(one.path), severity: "warning", values: { error: one.error } }
		: unseenFinding(one);
}

/** Bytes of a path that fit a screen. */
const mostShown = 200;

function shortened(path: Path): Path {
	return path.length <= mostShown ? path : (`${path.slice(0, mostShown)}...` as Path);
}

function filesOf({ entries }: Manifest): Path[] {
	return entries.filter(({ sha256 }) => sha256 !== undefined).map(({ path }) => path);
}

/** Files that were touched since the copy, so their content must be read. */
function touched(files: readonly StampedFile[], manifest: Manifest): Path[] {
	const entries = entriesByPath(manifest);
	return files.flatMap(({ kind, path, stamp }) =>
		kind === "file" && stamp !== undefined && needsHash(entries.get(path), stamp) ? [path] : [],
	);
}

async function hashesOf(paths: readonly Path[], cage: Path, signal: AbortSignal | undefined): Promise<Map<Path, string>> {
	if (!paths.length) return new Map();
	const hashes = await hashFiles(
		paths.map((path) => `${cage}${path}` as Path),
		signal,
	);
	// An unreadable file counts as changed.
	return new Map(paths.map((path, index) => [path, hashes[index] ?? ""]));
}

function withHashes(files: readonly StampedFile[], hashes: ReadonlyMap<Path, string>): StampedFile[] {
	return files.map((one) => {
		const sha256 = one.kind === "file" ? hashes.get(one.path) : undefined;
		return sha256 === undefined ? one : { ...one, sha256 };
	});
}

/**
 * Output lines of getcap(8) for these directories. Node cannot read extended attributes, and libcap's tool knows all format
 * versions. Returns undefined without the tool; nosuid mounts and no_new_privs then still block file capabilities.
 */
async function fileCapabilities(
	directories: readonly Path[],
	signal: AbortSignal | undefined,
	timeout = 0,
): Promise<string[] | undefined> {
	const tool = findTool("getcap");
	const names = directories.flatMap((directory) => pathToText(directory) ?? []);
	if (tool === undefined || names.length < directories.length) return undefined;
	const options = { encoding: "latin1", maxBuffer: 2 ** 28, timeout } as const;
	const answer = await attemptLater(() => readTool(tool, ["-r", ...names], { ...options, ...omitUndefined({ signal }) }));
	return answer?.stdout.split("\n");
}

/** Parses lines `PATH CAPABILITIES`, both of which may contain blanks: the longest existing path counts. */
function capabilitiesByPath(
	lines: readonly string[],
	top: Path,
	shown: Path,
	isThere: (path: Path) => boolean,
): ReadonlyMap<Path, string> {
	const found = new Map<Path, string>();
	for (const line of lines) {
		if (!line.startsWith(`${top}/`)) continue;
		const named = shown === root ? line.slice(top.length) : shown + line.slice(top.length);
		for (let blank = named.lastIndexOf(" "); blank > 0; blank = named.lastIndexOf(" ", blank - 1)) {
			const path = named.slice(0, blank) as Path;
			if (!isThere(path)) continue;
			found.set(path, named.slice(blank + 1));
			break;
		}
	}
	return found;
}

function addCapabilities(observed: readonly ObservedFile[], top: Path, lines: readonly string[]): readonly ObservedFile[] {
	const known = new Set<Path>(observed.map(({ path }) => path));
	const found = capabilitiesByPath(lines, top, root, (path) => known.has(path));
	return found.size === 0 ? observed : observed.map((one) => withCapabilities(one, found.get(one.path)));
}

/** For the data, only possible findings were kept. */
function addDataCapabilities(
	kept: readonly ObservedFile[],
	top: Path,
	shown: Path,
	lines: readonly string[],
): readonly ObservedFile[] {
	const look = (path: Path) => observe((top + path.slice(shown.length)) as Path, path);
	const found = capabilitiesByPath(lines, top, shown, (path) => look(path) !== undefined);
	const known = new Set<Path>(kept.map(({ path }) => path));
	const more = [...found.keys()].filter((path) => !known.has(path)).flatMap((path) => look(path) ?? []);
	return [...kept, ...more].map((one) => withCapabilities(one, found.get(one.path)));
}

function withCapabilities(one: ObservedFile, capabilities: string | undefined): ObservedFile {
	return capabilities === undefined ? one : { ...one, capabilities };
}

async function attemptLater<T>(look: () => Promise<T>): Promise<T | undefined> {
	try {
		return await look();
	} catch (error) {
		if (error instanceof Error && error.name === "AbortError") throw error;
		return undefined;
	}
}
