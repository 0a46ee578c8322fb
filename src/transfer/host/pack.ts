import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { withNewFile } from "../../base/host/place.ts";
import { transientName } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { writeAtomic } from "../../base/host/text-files.ts";
import { programFailure, startTool, toolEnvironment } from "../../base/host/tools.ts";
import { walk } from "../../base/host/walk.ts";
import { isWithin, join, type Path, pathFromBytes, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cagePaths } from "../../cage/host/cages.ts";
import { separateDataName } from "../../cage/layout.ts";
import { exportedParts, exportHeadName } from "../archive/head.ts";
import { archiveLimits, staysWithin } from "../archive/members.ts";
import type { ExportRequest, ExportResult } from "../ports.ts";

/** Writes a cage as a tar archive with plain paths (GNU tar, pax format: names of any bytes, holes, numeric owners). */

interface PackJob extends ExportRequest {
	readonly state: Path;
	readonly signal: AbortSignal;
}

/**
 * Throws `file-exists` (exit 2) if the file exists, and `export-data-changed` (exit 4) if the data changed in the meantime,
 * because tar works by path and would have followed a link that replaced a directory. A failure or an abort leaves no file.
 */
export async function exportCage({ head, ownerNames, owners, signal, state, to, writable }: PackJob): Promise<ExportResult> {
	const { directory } = cagePaths(state, head.name);
	const scratch = join(directory, transientName("tmp"));
	await makeSafeFolder(scratch);
	try {
		const parts: string[] = [];
		for (const part of exportedParts(head.generation, head.data)) {
			if (part === "data") continue;
			if (await lstat(pathToBytes(join(directory, pathFromText(part)))).catch(() => undefined)) parts.push(part);
		}
		const look = () => portable(directory, writable, signal);
		const { gids, leftOut, names, stamp, uids } = head.data
			? await look()
			: { gids: [], leftOut: [], names: [], stamp: "", uids: [] };
		const ids = { uids: new Set([...owners.uids, ...uids]), gids: new Set([...owners.gids, ...gids]) };
		const text = JSON.stringify({ ...head, owners: ownerNames(ids) });
		await writeAtomic(join(scratch, pathFromText(exportHeadName)), `${text}\n`);
		const list = join(scratch, "names");
		await writeAtomic(list, Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1"));
		const words = ["--create", "--format=pax", "--numeric-owner", "--sparse", "--file=-"];
		// Moved state is mounted only by other generations, which are not exported.
		words.push("--anchored", "--no-wildcards", `--exclude=data/${separateDataName}`);
		const places = ["--directory", textOf(scratch), exportHeadName, "--directory", textOf(directory), ...parts];
		const data = ["--no-recursion", "--null", "--verbatim-files-from", `--files-from=${textOf(list)}`];
		const changed = async () => head.data && (await look()).stamp !== stamp;
		const dataChanged = new Failure("export-data-changed", { name: head.name }, 4);
		const pack = async (descriptor: number) => {
			const output = { descriptor, place: typeof to === "string" ? to : nameOf(to) };
			const isWhole = await tar([...words, ...places, ...data], output, signal).catch(async (problem) => {
				throw (await changed()) ? dataChanged : problem;
			});
			if (isWhole && (await changed())) throw dataChanged;
			return { isWhole, leftOut };
		};
		return typeof to === "number" ? await pack(to) : await withNewFile(to, ({ fd }) => pack(fd));
	} finally {
		await removeTree(scratch);
	}
}

/**
 * The data's names that an import accepts, a directory before its content, and the others. Relative to the cage's folder. `stamp`
 * changes with any modification, because a rename changes the times of its directories.
 */
async function portable(directory: Path, writable: readonly Path[], signal: AbortSignal) {
	const names: Path[] = [];
	const leftOut: Path[] = [];
	const [uids, gids] = [new Set<number>(), new Set<number>()];
	const data = join(directory, "data");
	let closed: Path | undefined;
	const stamp = createHash("sha256");
	for (const { host, path, stats } of walk(data, "data" as Path)) {
		signal.throwIfAborted();
		stamp.update(`${stats ? [stats.dev, stats.ino, stats.mode, stats.ctimeNs].join(" ") : ""} ${path}\0`, "latin1");
		if (closed !== undefined && isWithin(path, closed)) continue;
		if (stats && (await isPortable(host, path, stats, writable))) {
			names.push(path);
			uids.add(Number(stats.uid));
			gids.add(Number(stats.gid));
		} else {
			leftOut.push(path);
			closed = path;
		}
	}
	return { gids, leftOut, names, stamp: stamp.digest("hex"), uids };
}

async function isPortable(host: Path, path: Path, stats: BigIntStats, writable: readonly Path[]): Promise<boolean> {
	if (path.length > archiveLimits.path || path.split("/").length > archiveLimits.depth) return false;
	if (stats.isDirectory()) return true;
	if (stats.isFile()) return (Number(stats.mode) & 0o6000) === 0 && stats.size <= archiveLimits.file;
	if (!stats.isSymbolicLink()) return false;
	const link = await readlink(pathToBytes(host), "buffer").catch(() => undefined);
	// It is no link any more, which changes the stamp.
	if (link === undefined) return false;
	const target = pathFromBytes(link);
	const place = path.slice("data".length) as Path;
	const above = writable
		.filter((one) => one !== place && isWithin(place, one))
		.sort((a, b) => a.length - b.length)
		.at(0);
	return above !== undefined && !writable.some((one) => isWithin(one, place)) && staysWithin(place, target, above);
}

/** Throws `bad-name` (exit 2) for a path that is no text, as programs take it. */
export function textOf(path: Path): string {
	const shown = pathToText(path);
	if (shown === undefined) throw new Failure("bad-name", { name: showPath(path) }, 2);
	return shown;
}

/** The caller's name of a descriptor. */
const nameOf = (descriptor: number) => (descriptor === 1 ? "stdout" : `/dev/fd/${descriptor}`) as Path;

/** Where tar writes, and its name in messages. */
interface ArchiveOutput {
	readonly descriptor: number;
	readonly place: Path;
}

/** Returns false if the reader closed the pipe. */
function tar(words: readonly string[], { descriptor, place }: ArchiveOutput, signal: AbortSignal): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const env = { ...toolEnvironment, LC_ALL: "C" };
		const child = startTool("tar", words, { env, stdio: ["ignore", descriptor, "pipe"], signal });
		let problem = "";
		child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
			problem = (problem + chunk).slice(0, 4096);
		});
		child.on("error", reject);
		child.on("close", (code, endedBy) => {
			if (endedBy === "SIGPIPE") resolve(false);
			else if (code === 0) resolve(true);
			else reject(programFailure("tar", { how: endedBy ?? code, stderr: problem }, place));
		});
	});
}
