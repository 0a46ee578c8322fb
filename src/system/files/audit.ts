import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
	auditBinds,
	auditData,
	auditDataWays,
	auditFiles,
	auditWay,
	type BindWay,
	type DataWay,
	type Finding,
	leadsThroughDirectories,
	type Observed,
} from "../../core/cage/audit.ts";
import { entriesByPath, type Manifest } from "../../core/cage/manifest.ts";
import { compareWithManifest, needsHash } from "../../core/cage/tampering.ts";
import { directoriesTo } from "../../core/machine/path-trust.ts";
import { ancestors, join, type Path, pathToText, root } from "../../core/path/path.ts";
import type { CageToAudit } from "../../engine/ports.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { hashFiles } from "./hash.ts";
import { observe, observeData, observeTree, type Seen } from "./observe.ts";

const run = promisify(execFile);

/** Entries of the data, and milliseconds of getcap(8) there, before a launch; `check --deep` takes as long as it needs. */
const mostData = 1_000_000;
const mostTime = 10_000;

export interface AuditResult {
	/** Sorted by path; of one path in the order of the rules. */
	readonly findings: readonly Finding[];
	/** How many files, directories and links were looked at. */
	readonly looked: number;
}

/** Looks at a cage without changing or following anything; what vanishes meanwhile is passed over. */
export async function auditCage(request: CageToAudit, signal?: AbortSignal): Promise<AuditResult> {
	const { binds = [], isPresent = false, manifest, policy, root: cage, thorough = false } = request;
	const ways = (request.data ?? []).map((one) => ({ ...one, way: dataWay(one) }));
	// What else is found through a link is not the cage's.
	const data = ways.filter(({ way }) => leadsThroughDirectories(way));
	// The tool looks while we do. It is asked for the data separately: what an application writes there must not hide what is in the cage.
	const asked = fileCapabilities([cage], signal);
	const askedOfData = data.length
		? fileCapabilities(
				data.map(({ source }) => source),
				signal,
				thorough ? undefined : mostTime,
			)
		: undefined;
	for (const one of [asked, askedOfData]) one?.catch(() => {}); // Reported below, unless something else ends the audit before.
	const way = directoriesTo(cage);
	const seen = way.flatMap((path) => observe(path, path) ?? []);
	// A component that is not there cannot be judged, and neither can what would lie below it.
	const missing = way.slice(seen.length, seen.length + 1);
	const findings = [
		...auditWay(seen, policy.owner),
		...missing.map((path): Finding => ({ code: "way-not-directory", path, severity: "danger", values: { kind: "absent" } })),
		...auditBinds(binds.map(bindWay), policy.owner),
		...auditDataWays(
			ways.map(({ way }) => way),
			policy.owner,
			isPresent,
		),
	];
	// Read by threads while we look at the rest; told below as well.
	const known = manifest && thorough ? hashesOf(filesOf(manifest), cage, signal) : undefined;
	known?.catch(() => {});
	const { seen: files, unseen } = observeTree(cage, root, signal);
	findings.push(...unseen.map(unseenFinding));
	const most = thorough ? Number.POSITIVE_INFINITY : mostData;
	const written = data.map(({ path, source }) => ({ path, source, ...observeData(source, path, most, signal) }));
	const hashed = manifest ? withHashes(files, await (known ?? hashesOf(touched(files, manifest), cage, signal))) : [];
	const capabilities = await asked;
	if (capabilities === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: root, severity: "warning", values: { tool: "getcap" } });
	}
	const ofData = await askedOfData;
	if (capabilities !== undefined && data[0] && ofData === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: data[0].path, severity: "warning", values: { tool: "getcap" } });
	}
	const inside = auditFiles(addCapabilities(files, cage, capabilities ?? []), policy);
	const changed = manifest ? compareWithManifest(hashed, manifest) : [];
	const inData = written.flatMap(({ path, seen, source, unseen }) => [
		...unseen.map(unseenDataFinding),
		...auditData(addDataCapabilities(seen, source, path, ofData ?? [])),
	]);
	const ordered = [...inside, ...changed, ...inData].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
	const looked = written.reduce((sum, one) => sum + one.looked, files.length);
	return { findings: [...findings, ...ordered], looked };
}

/** Follows no link: where one is met, what it leads to is not the way. */
function bindWay(bind: Path): BindWay {
	const seen: Seen[] = [];
	for (const path of directoriesTo(bind)) {
		const part = observe(path, path);
		if (part === undefined) return { bind, seen, absent: path };
		seen.push(part);
		if (part.kind !== "directory") break;
	}
	return { bind, seen };
}

const dataFolder = { uid: 0, mode: 0o700 };

function hostDirectory(path: Path): Seen | undefined {
	const there = observe(path, path);
	return there?.kind === "directory" ? there : undefined;
}

/** Parts from the data folder to the state of `path`; each with the host's directory of the same name. */
function dataWay({ path, source }: { readonly path: Path; readonly source: Path }): DataWay {
	const isBelow = source.endsWith(path);
	const top = (isBelow ? source.slice(0, -path.length) : source) as Path;
	const seen: DataWay["seen"][number][] = [];
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

/** Without root, what the mode keeps from the account that the cage runs as gives nobody a right that it has not. */
function unseenFinding({ error, path }: { readonly error: string; readonly path: Path }): Finding {
	const severity = error === "EACCES" && process.geteuid?.() !== 0 ? "warning" : "danger";
	return { code: "unseen", path, severity, values: { error } };
}

/**
 * An application can make its data too deep and too large to be looked at, also one that was broken into: its cage must still start. Nothing there can be
 * executed in the cage, whose data is mounted noexec and nosuid, and nobody but root gets to it outside. That holds for an application started as root too.
 */
function unseenDataFinding(one: { readonly error: string; readonly path: Path }): Finding {
	return ["ENAMETOOLONG", "EFBIG"].includes(one.error)
		? { code: "unseen", path: shortened(one.path), severity: "warning", values: { error: one.error } }
		: unseenFinding(one);
}

/** Bytes of a path that still fit a screen. */
const mostShown = 200;

function shortened(path: Path): Path {
	return path.length <= mostShown ? path : (`${path.slice(0, mostShown)}...` as Path);
}

function filesOf({ entries }: Manifest): Path[] {
	return entries.filter(({ sha256 }) => sha256 !== undefined).map(({ path }) => path);
}

/** Files whose content has to be read to be known: they were touched since they were copied. */
function touched(files: readonly Seen[], manifest: Manifest): Path[] {
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
	// What cannot be read is not what was copied.
	return new Map(paths.map((path, index) => [path, hashes[index] ?? ""]));
}

function withHashes(files: readonly Seen[], hashes: ReadonlyMap<Path, string>): Seen[] {
	return files.map((one) => {
		const sha256 = one.kind === "file" ? hashes.get(one.path) : undefined;
		return sha256 === undefined ? one : { ...one, sha256 };
	});
}

/**
 * Lines of getcap(8) below these directories. Node reads no extended attributes, and a tool of libcap knows the format of all
 * versions. undefined without the tool: then nosuid mounts and no_new_privs are what stands against file capabilities.
 */
async function fileCapabilities(
	directories: readonly Path[],
	signal: AbortSignal | undefined,
	timeout = 0,
): Promise<string[] | undefined> {
	const tool = findTool("getcap");
	const names = directories.flatMap((directory) => pathToText(directory) ?? []);
	if (tool === undefined || names.length < directories.length) return undefined;
	const options = { cwd: "/", env: toolEnvironment, encoding: "latin1", maxBuffer: 2 ** 28, timeout } as const;
	const answer = await attemptLater(() => run(tool, ["-r", ...names], { ...options, ...(signal && { signal }) }));
	return answer?.stdout.split("\n");
}

/** Lines `PATH CAPABILITIES`, where both may hold blanks: the longest path that is there is meant. */
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

function addCapabilities(observed: readonly Observed[], top: Path, lines: readonly string[]): readonly Observed[] {
	const known = new Set<Path>(observed.map(({ path }) => path));
	const found = capabilitiesByPath(lines, top, root, (path) => known.has(path));
	return found.size === 0 ? observed : observed.map((one) => withCapabilities(one, found.get(one.path)));
}

/** Of the data only what may be a finding was kept. */
function addDataCapabilities(kept: readonly Observed[], top: Path, shown: Path, lines: readonly string[]): readonly Observed[] {
	const look = (path: Path) => observe((top + path.slice(shown.length)) as Path, path);
	const found = capabilitiesByPath(lines, top, shown, (path) => look(path) !== undefined);
	const known = new Set<Path>(kept.map(({ path }) => path));
	const more = [...found.keys()].filter((path) => !known.has(path)).flatMap((path) => look(path) ?? []);
	return [...kept, ...more].map((one) => withCapabilities(one, found.get(one.path)));
}

function withCapabilities(one: Observed, capabilities: string | undefined): Observed {
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
