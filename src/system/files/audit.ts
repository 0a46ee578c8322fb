import { execFile } from "node:child_process";
import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { promisify } from "node:util";
import {
	type AuditPolicy,
	accountFiles,
	auditData,
	auditFiles,
	auditWay,
	type Finding,
	type Observed,
} from "../../core/cage/audit.ts";
import type { FileKind } from "../../core/machine/facts.ts";
import { ancestors, join, type Path, pathToBytes, pathToText, root } from "../../core/path/path.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { deviceNumbers, systemFiles } from "./files.ts";

const run = promisify(execFile);

export interface CageToAudit {
	/** Host path of the generation. */
	readonly root: Path;
	readonly policy: AuditPolicy;
	/** What the application has written: host path `source`, mounted over `path`. */
	readonly data?: readonly { readonly path: Path; readonly source: Path }[];
}

export interface AuditResult {
	/** Sorted by path; of one path in the order of the rules. */
	readonly findings: readonly Finding[];
	/** How many files, directories and links were looked at. */
	readonly looked: number;
}

/** Looks at a cage without changing or following anything; what vanishes meanwhile is passed over. */
export async function auditCage({ root: cage, policy, data = [] }: CageToAudit, signal?: AbortSignal): Promise<AuditResult> {
	const way = [root, ...ancestors(cage), cage].filter((path, index, all) => all.indexOf(path) === index);
	const seen = way.flatMap((path) => observe(path, path) ?? []);
	// A component that is not there cannot be judged, and neither can what would lie below it.
	const missing = way.slice(seen.length, seen.length + 1);
	const findings = [
		...auditWay(seen, policy.owner),
		...missing.map((path): Finding => ({ code: "way-not-directory", path, severity: "danger", values: { kind: "absent" } })),
	];
	const files = walk(cage, root, signal);
	const capabilities = await fileCapabilities([cage, ...data.map(({ source }) => source)], signal);
	if (capabilities === undefined) {
		findings.push({ code: "file-capabilities-unseen", path: root, severity: "warning", values: { tool: "getcap" } });
	}
	const inside = auditFiles(addCapabilities(files, cage, root, capabilities), policy);
	let looked = files.length;
	const written = data.flatMap(({ path, source }) => {
		const observed = walk(source, path, signal);
		looked += observed.length;
		return auditData(addCapabilities(observed, source, path, capabilities));
	});
	const ordered = [...inside, ...written].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
	return { findings: [...findings, ...ordered], looked };
}

/** Everything at and below `top` on the host, named as if `top` were `shown`. Another file system is named, not entered. */
function walk(top: Path, shown: Path, signal: AbortSignal | undefined): Observed[] {
	const all: Observed[] = [];
	const device = lstat(top)?.dev;
	const pending: [host: Path, shown: Path][] = [[top, shown]];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		signal?.throwIfAborted();
		const [host, path] = next;
		const stats = lstat(host);
		if (stats === undefined) continue;
		const mounted = stats.isDirectory() && stats.dev !== device;
		all.push({ ...describe(host, path, stats), ...(mounted && { mounted }) });
		if (!stats.isDirectory() || mounted) continue;
		// "latin1" asks Node for one character a byte, which is what a Path is.
		for (const name of attempt(() => readdirSync(pathToBytes(host), { encoding: "latin1" })) ?? []) {
			pending.push([join(host, name as Path), join(path, name as Path)]);
		}
	}
	return all;
}

function observe(host: Path, path: Path): Observed | undefined {
	const stats = lstat(host);
	return stats && describe(host, path, stats);
}

function describe(host: Path, path: Path, stats: Stats): Observed {
	const kind = kindOf(stats);
	const target = kind === "symlink" ? attempt(() => readlinkSync(pathToBytes(host), { encoding: "latin1" }) as Path) : undefined;
	const content = kind === "file" && accountFiles.includes(path) ? systemFiles().read(host)?.toString("latin1") : undefined;
	return {
		path,
		kind,
		mode: stats.mode & 0o7777,
		uid: stats.uid,
		gid: stats.gid,
		links: stats.nlink,
		...((kind === "character-device" || kind === "block-device") && { device: deviceNumbers(stats.rdev) }),
		...(target !== undefined && { target }),
		...(content !== undefined && { content }),
	};
}

function kindOf(stats: Stats): FileKind {
	if (stats.isFile()) return "file";
	if (stats.isDirectory()) return "directory";
	if (stats.isSymbolicLink()) return "symlink";
	if (stats.isCharacterDevice()) return "character-device";
	if (stats.isBlockDevice()) return "block-device";
	return stats.isFIFO() ? "fifo" : "socket";
}

/**
 * Lines of getcap(8) below these directories. Node reads no extended attributes, and a tool of libcap knows the format of all
 * versions. undefined without the tool: then nosuid mounts and no_new_privs are what stands against file capabilities.
 */
async function fileCapabilities(directories: readonly Path[], signal: AbortSignal | undefined): Promise<string[] | undefined> {
	const tool = findTool("getcap");
	if (tool === undefined) return undefined;
	const lines: string[] = [];
	for (const directory of directories) {
		const cwd = pathToText(directory);
		if (cwd === undefined) return undefined;
		const options = { cwd, env: toolEnvironment, encoding: "latin1", maxBuffer: 2 ** 28 } as const;
		// It starts in the directory, so that names come out relative, and bytes as they are.
		const answer = await attemptLater(() => run(tool, ["-r", "."], { ...options, ...(signal && { signal }) }));
		if (answer === undefined) return undefined;
		for (const line of answer.stdout.split("\n")) {
			if (line.startsWith("./")) lines.push(`${directory}${line.slice(1)}`);
		}
	}
	return lines;
}

/** `PATH CAPABILITIES`, where both may hold blanks: the longest path that was observed is meant. */
function addCapabilities(observed: Observed[], top: Path, shown: Path, lines: readonly string[] | undefined): Observed[] {
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

function lstat(path: Path): Stats | undefined {
	return attempt(() => lstatSync(pathToBytes(path), { throwIfNoEntry: false }));
}

function attempt<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch {
		return undefined;
	}
}

async function attemptLater<T>(look: () => Promise<T>): Promise<T | undefined> {
	try {
		return await look();
	} catch (error) {
		if (error instanceof Error && error.name === "AbortError") throw error;
		return undefined;
	}
}
