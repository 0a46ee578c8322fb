import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, readFile, rename, symlink, unlink } from "node:fs/promises";
import { type ExportHead, exportedParts, exportHeadFromJson, exportHeadName } from "../../core/cage/export.ts";
import { type Manifest, manifestFromJson, manifestToJson } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import type { ReceivedCage } from "../../engine/store.ts";
import { openDirectory, syncDirectory } from "../files/descriptor.ts";
import { errorName, fullDisk, readFailure, writeFailure } from "../files/errors.ts";
import { generationPaths } from "../files/generations.ts";
import { observe } from "../files/observe.ts";
import { removeTree } from "../files/remove.ts";
import { seedData } from "../files/seed.ts";
import { runIn } from "../files/tools.ts";
import { requireTool, toolEnvironment } from "../launch/tools.ts";
import { writeAtomic } from "./atomic.ts";
import { cageFromJson, cageToJson } from "./cage-json.ts";
import { cagePaths, clearRemovedCages, openState } from "./cages.ts";
import { makeSafeFolder } from "./folder.ts";
import { transientName } from "./process.ts";

/**
 * Cages on their way to another machine, as a tar archive with plain paths (GNU tar, pax format: names of any bytes, holes, numeric owners).
 * What arrives is unpacked into a hidden folder that root alone can enter, and is no cage until it was verified and moved into its place by one rename.
 */

/** A cage's description or head is far below. */
const mostHead = 64 * 1024;

export interface ExportRequest {
	readonly state: Path;
	readonly head: ExportHead;
	/** A new file, made for root alone; without it, our stdout. */
	readonly to?: Path;
	readonly signal: AbortSignal;
}

/**
 * False where whoever read our stdout went away before its end. Fails with `file-there` (exit 2) where the file is there already. A failure or an abort
 * leaves no file.
 */
export async function exportCage({ head, signal, state, to }: ExportRequest): Promise<boolean> {
	const { directory } = cagePaths(state, head.name);
	const scratch = join(directory, transientName("tmp"));
	await makeSafeFolder(scratch);
	const file = to === undefined ? undefined : await openNewFile(to);
	try {
		await writeAtomic(join(scratch, pathFromText(exportHeadName)), `${JSON.stringify(head)}\n`);
		const parts: string[] = [];
		for (const part of exportedParts(head.generation, head.data)) {
			if (await lstat(pathToBytes(join(directory, pathFromText(part)))).catch(() => undefined)) parts.push(part);
		}
		const words = ["--create", "--format=pax", "--numeric-owner", "--sparse", "--file=-"];
		const places = ["--directory", text(scratch), exportHeadName, "--directory", text(directory), ...parts];
		const isWhole = await tar([...words, ...places], file ?? 1, signal);
		await file?.sync();
		return isWhole;
	} catch (error) {
		if (to !== undefined) await unlink(pathToBytes(to)).catch(() => {});
		throw error;
	} finally {
		await file?.close();
		await removeTree(scratch);
	}
}

async function openNewFile(path: Path): Promise<FileHandle> {
	const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
	try {
		return await open(pathToBytes(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
	} catch (error) {
		if (errorName(error) === "EEXIST") throw new Failure("file-there", { path: showPath(path) }, 2);
		if (errorName(error) === "ENOENT") throw new Failure("no-such-directory", { path: showPath(parent(path)) }, 2);
		throw writeFailure(error, path);
	}
}

/** The head alone. Fails with `no-export` (exit 2). */
export async function readExportHead(archive: Path, signal: AbortSignal): Promise<ExportHead> {
	const file = await openArchive(archive);
	try {
		const words = ["--extract", "--to-stdout", "--occurrence=1", "--file=/dev/stdin", exportHeadName];
		const said = await tarOutput(words, file, signal).catch((error: unknown) => {
			// Whatever tar has against it, it is no export.
			if (error instanceof Failure && error.code === "program-failed") return "";
			throw error;
		});
		const head = exportHeadFromJson(said);
		if (head === undefined) throw new Failure("no-export", { path: showPath(archive) }, 2);
		return head;
	} finally {
		await file.close();
	}
}

/**
 * Unpacks an archive beside the cages, under a hidden name, and reads what it says of itself. The caller verifies it, and then takes it in by
 * `takeIn`, or lets go of it by `discard`. Fails with `no-export` (exit 2) where something is not as an export has it.
 */
export async function receiveCage(state: Path, archive: Path, name: string, signal: AbortSignal): Promise<ReceivedCage> {
	await openState(state);
	const cages = join(state, "cages");
	await clearRemovedCages(state);
	const target = cagePaths(state, name).directory;
	const head = await readExportHead(archive, signal);
	const staging = join(cages, transientName("staging"));
	await makeSafeFolder(staging);
	const discard = async () => void (await removeTree(staging));
	try {
		const file = await openArchive(archive);
		try {
			const isRoot = process.geteuid?.() === 0;
			const owners = isRoot ? ["--same-owner", "--numeric-owner"] : ["--no-same-owner"];
			const words = ["--extract", "--file=/dev/stdin", "--same-permissions", ...owners, "--delay-directory-restore"];
			await tar([...words, "--directory", text(staging)], file, signal);
		} finally {
			await file.close();
		}
		const paths = generationPaths(staging);
		const known = ["export.json", "cage.json", "manifests", "traces", "log", "generations", "data", "seeded.json"];
		await requireOnly(staging, known, archive);
		await requireOnly(paths.generations, [String(head.generation)], archive);
		await requireOnly(paths.manifests, [`${head.generation}.json`], archive);
		for (const folder of [paths.generations, paths.manifests]) await requireFolder(folder, archive);
		const manifest = await readManifestFile(paths.manifest(head.generation), archive);
		const cage = cageFromJson(await readSmall(join(staging, "cage.json"), archive));
		if (cage === undefined || cage.name !== head.name || manifest.name !== head.name || manifest.generation !== head.generation) {
			throw damaged(archive, "cage.json");
		}
		return {
			head,
			cage: { ...cage, name },
			manifest: { ...manifest, name },
			root: paths.root(head.generation),
			data: join(staging, "data"),
			discard,
			takeIn: async () => {
				const received = { ...manifest, name, entries: restamped(manifest, paths.root(head.generation)) };
				await writeAtomic(paths.manifest(head.generation), `${JSON.stringify(manifestToJson(received))}\n`);
				await writeAtomic(join(staging, "cage.json"), `${JSON.stringify(cageToJson({ ...cage, name }))}\n`);
				await unlink(pathToBytes(join(staging, pathFromText(exportHeadName))));
				await symlink(`generations/${head.generation}`, pathToBytes(paths.current));
				// Without data it begins empty; what this machine has at those places is another application's.
				const writable = manifest.writable.map((one) => ({ ...one, seeds: [] }));
				await seedData({ plan: { writable }, cage: staging, signal });
				const directory = await openDirectory(staging);
				try {
					await runIn(directory, "sync", ["-f", "."], signal);
				} finally {
					await directory.close();
				}
				try {
					// rename(2) takes the place of an empty folder, and of nothing else.
					await rename(pathToBytes(staging), pathToBytes(target));
				} catch (error) {
					throw errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST"
						? new Failure("import-there", { name }, 4)
						: writeFailure(error, target);
				}
				await syncDirectory(cages);
			},
		};
	} catch (error) {
		await discard();
		throw error;
	}
}

/** The copies are others now; whose content was just compared is known again by stat(2). Where they came from is another machine. */
function restamped(manifest: Manifest, root: Path): Manifest["entries"] {
	return manifest.entries.map(({ copy: _, source: __, ...entry }) => {
		const stamp = entry.kind === "file" ? observe(`${root}${entry.path}` as Path, entry.path)?.stamp : undefined;
		return stamp === undefined ? entry : { ...entry, copy: stamp };
	});
}

async function openArchive(archive: Path): Promise<FileHandle> {
	try {
		const file = await open(pathToBytes(archive), constants.O_RDONLY | constants.O_NONBLOCK);
		if ((await file.stat()).isFile()) return file;
		await file.close();
	} catch (error) {
		if (errorName(error) === "ENOENT") throw new Failure("no-such-file", { path: showPath(archive) }, 2);
		throw readFailure(error, archive);
	}
	throw new Failure("no-export", { path: showPath(archive) }, 2);
}

async function requireOnly(folder: Path, names: readonly string[], archive: Path): Promise<void> {
	await requireFolder(folder, archive);
	const other = (await readdir(pathToBytes(folder), "latin1")).find((name) => !names.includes(name));
	if (other !== undefined) throw damaged(archive, showPath(other as Path));
}

async function requireFolder(folder: Path, archive: Path): Promise<void> {
	const stats = await lstat(pathToBytes(folder)).catch(() => undefined);
	if (!stats?.isDirectory()) throw damaged(archive, showPath(folder));
}

async function readManifestFile(path: Path, archive: Path): Promise<Manifest> {
	try {
		return manifestFromJson(JSON.parse(await readSmall(path, archive, 256 * 1024 * 1024)));
	} catch (error) {
		if (error instanceof Failure && error.code !== "manifest-invalid") throw error;
		throw damaged(archive, "manifests");
	}
}

async function readSmall(path: Path, archive: Path, most = 16 * 1024 * 1024): Promise<string> {
	const stats = await lstat(pathToBytes(path)).catch(() => undefined);
	if (!stats?.isFile() || stats.size > most) throw damaged(archive, showPath(path));
	return readFile(pathToBytes(path), "utf8");
}

function damaged(archive: Path, where: string): Failure {
	return new Failure("export-damaged", { path: showPath(archive), where }, 2);
}

function text(path: Path): string {
	const shown = pathToText(path);
	if (shown === undefined) throw new Failure("bad-name", { name: showPath(path) }, 2);
	return shown;
}

/** Runs tar with a file as its stdin (unpacking) or stdout (packing). False where nobody reads what it packs any more. */
async function tar(words: readonly string[], file: FileHandle | 1, signal: AbortSignal): Promise<boolean> {
	const descriptor = file === 1 ? 1 : file.fd;
	const packs = words.includes("--create");
	const said = await ended(words, [packs ? "ignore" : descriptor, packs ? descriptor : "ignore", "pipe"], signal);
	return said !== undefined;
}

async function tarOutput(words: readonly string[], file: FileHandle, signal: AbortSignal): Promise<string> {
	return (await ended(words, [file.fd, "pipe", "pipe"], signal)) ?? "";
}

/** Undefined where it was ended by a pipe that nobody reads. */
function ended(
	words: readonly string[],
	stdio: ("ignore" | "pipe" | number)[],
	signal: AbortSignal,
): Promise<string | undefined> {
	return new Promise((resolve, reject) => {
		const child = spawn(requireTool("tar"), words, { env: { ...toolEnvironment, LC_ALL: "C" }, stdio, signal });
		let [out, problem] = ["", ""];
		child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
			out += chunk;
			if (out.length > mostHead) child.kill("SIGKILL");
		});
		child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
			problem = (problem + chunk).slice(0, 4096);
		});
		child.on("error", reject);
		child.on("close", (code, endedBy) => {
			const line = problem.trim().split("\n")[0] ?? "";
			if (endedBy === "SIGPIPE") resolve(undefined);
			else if (code === 0 || (stdio[1] === "pipe" && out !== "")) resolve(out);
			else
				reject(
					fullDisk(problem, "tar" as Path) ??
						new Failure("program-failed", { program: "tar", problem: line || String(endedBy ?? code) }, 1),
				);
		});
	});
}
