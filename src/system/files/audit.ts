import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { auditData, auditFiles, auditWay, type Finding, type Observed } from "../../core/cage/audit.ts";
import { auditBinds, type BindWay } from "../../core/cage/audit-binds.ts";
import { auditDataWays, type DataWay, leadsThroughDirectories } from "../../core/cage/audit-data-way.ts";
import { entriesByPath, type Manifest } from "../../core/cage/manifest.ts";
import { compareWithManifest, needsHash } from "../../core/cage/tampering.ts";
import { wayTo } from "../../core/machine/way.ts";
import { ancestors, join, type Path, pathToText, root } from "../../core/path/path.ts";
import type { CageToAudit } from "../../engine/ports.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { observe, observeTree, type Seen } from "./observe.ts";

const run = promisify(execFile);

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
	// The tool looks while we do.
	const asked = fileCapabilities([cage, ...data.map(({ source }) => source)], signal);
	asked.catch(() => {}); // Told below, unless something else ends the audit before.
	const way = wayTo(cage);
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
	const written = data.map(({ path, source }) => ({ path, source, ...observeTree(source, path, signal) }));
	const hashed = manifest ? withHashes(files, await (known ?? hashesOf(touched(files, manifest), cage, signal))) : [];
	const capabilities = await asked;
	if (capabilities === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: root, severity: "warning", values: { tool: "getcap" } });
	}
	const inside = auditFiles(addCapabilities(files, cage, root, capabilities), policy);
	const changed = manifest ? compareWithManifest(hashed, manifest) : [];
	const inData = written.flatMap(({ path, seen, source, unseen }) => [
		...unseen.map(unseenFinding),
		...auditData(addCapabilities(seen, source, path, capabilities)),
	]);
	const ordered = [...inside, ...changed, ...inData].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
	const looked = written.reduce((sum, { seen }) => sum + seen.length, files.length);
	return { findings: [...findings, ...ordered], looked };
}

/** Follows no link: where one is met, what it leads to is not the way. */
function bindWay(bind: Path): BindWay {
	const seen: Seen[] = [];
	for (const path of wayTo(bind)) {
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
	// Loaded where it is needed: few starts read a file.
	const { hashFiles } = await import("./hash.ts");
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
async function fileCapabilities(directories: readonly Path[], signal: AbortSignal | undefined): Promise<string[] | undefined> {
	const tool = findTool("getcap");
	const names = directories.flatMap((directory) => pathToText(directory) ?? []);
	if (tool === undefined || names.length < directories.length) return undefined;
	const options = { cwd: "/", env: toolEnvironment, encoding: "latin1", maxBuffer: 2 ** 28 } as const;
	const answer = await attemptLater(() => run(tool, ["-r", ...names], { ...options, ...(signal && { signal }) }));
	return answer?.stdout.split("\n");
}

/** `PATH CAPABILITIES`, where both may hold blanks: the longest path that was observed is meant. */
function addCapabilities(
	observed: readonly Observed[],
	top: Path,
	shown: Path,
	lines: readonly string[] | undefined,
): readonly Observed[] {
	const found = new Map<string, string>();
	const known = new Set<string>(observed.map(({ path }) => path));
	for (const line of lines ?? []) {
		if (!line.startsWith(`${top}/`)) continue;
		const named = shown === root ? line.slice(top.length) : shown + line.slice(top.length);
		for (let blank = named.lastIndexOf(" "); blank > 0; blank = named.lastIndexOf(" ", blank - 1)) {
			const path = named.slice(0, blank);
			if (!known.has(path)) continue;
			found.set(path, named.slice(blank + 1));
			break;
		}
	}
	return found.size === 0
		? observed
		: observed.map((one) => {
				const capabilities = found.get(one.path);
				return capabilities === undefined ? one : { ...one, capabilities };
			});
}

async function attemptLater<T>(look: () => Promise<T>): Promise<T | undefined> {
	try {
		return await look();
	} catch (error) {
		if (error instanceof Error && error.name === "AbortError") throw error;
		return undefined;
	}
}
