import { accessSync, closeSync, constants, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { type Path, pathToBytes } from "../path/path.ts";
import { below, pathOnly } from "./descriptor.ts";
import { errorName } from "./errors.ts";
import { transientName } from "./processes.ts";
import { nativeProgram, supportsProcessor } from "./release.ts";
import { runQuickTool } from "./tools.ts";

/**
 * Returns a descriptor of one of our executables. The file has no name any more, so nothing of it outlives this process;
 * `/proc/self/fd/N` executes it. It is written to `folder`, or to another place if that is mounted noexec or read-only. Throws
 * `nowhere-executable` (exit 3).
 */
export function openProgram(folder: string, program: Uint8Array): number {
	for (const place of [folder, "/run", "/tmp", "/dev/shm"]) {
		const descriptor = openUnnamed(place, program);
		if (descriptor === undefined) continue;
		try {
			accessSync(`/proc/self/fd/${descriptor}`, constants.X_OK);
			return descriptor;
		} catch {
			closeSync(descriptor);
		}
	}
	throw new Failure("nowhere-executable", { folder }, 3);
}

function openUnnamed(folder: string, content: Uint8Array): number | undefined {
	const file = join(folder, transientName("scratch"));
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		writeFileSync(file, content, { flag: "wx", mode: 0o700 });
	} catch {
		return undefined;
	}
	try {
		return openSync(file, "r");
	} finally {
		unlinkSync(file);
	}
}

let program: number | undefined;

/** Clears the flags `i` and `a` of chattr(1), which only root can set. Follows no link. */
export async function clearFlags(paths: readonly Path[]): Promise<void> {
	if (process.geteuid?.() !== 0 || !supportsProcessor()) return;
	program ??= openProgram("/run", nativeProgram("file-flags"));
	const opened: FileHandle[] = [];
	try {
		for (const path of paths) opened.push(...(await openWithFlags(path)));
		const descriptors = opened.map(({ fd }) => fd);
		const stdio = ["ignore", "ignore", "ignore", ...descriptors, program] as const;
		runQuickTool(`/proc/self/fd/${stdio.length - 1}`, [], { stdio: [...stdio] });
	} finally {
		for (const file of opened) await file.close();
	}
}

/** Devices, FIFOs and sockets have no such flags, and opening them has effects. */
async function openWithFlags(path: Path): Promise<FileHandle[]> {
	try {
		await using place = await open(pathToBytes(path), pathOnly | constants.O_NOFOLLOW);
		const stats = await place.stat();
		if (!stats.isFile() && !stats.isDirectory()) return [];
		return [await open(below(place), constants.O_RDONLY | constants.O_NONBLOCK)];
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return [];
	}
}
