import { accessSync, closeSync, constants, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { assemble, load, type Program, pointer, register } from "../../core/machine-code/program.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { transientName } from "../state/process-identity.ts";
import { runQuickTool } from "../tools.ts";
import { below, pathOnly } from "./descriptor.ts";
import { errorName } from "./errors.ts";

const getFlags = 0x80086601;
const setFlags = 0x40086602;
const badDescriptor = -9; // EBADF
const kept = ~(0x10 | 0x20); // all but FS_IMMUTABLE_FL and FS_APPEND_FL

/**
 * Describes a program that removes the flags `i` and `a` of chattr(1) from the files in descriptors 3, 4 and so on.
 * Node has no ioctl(2), and chattr(1) takes names, which an application may replace by links. In C:
 *
 *     for (fd = 3; (answer = ioctl(fd, FS_IOC_GETFLAGS, &flags)) != -EBADF; fd++) {
 *       if (answer < 0) continue;                                  // a file system without flags
 *       flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
 *       ioctl(fd, FS_IOC_SETFLAGS, &flags);
 *     }
 *     exit(0);
 *
 * a: descriptor. The flags are just below the stack pointer.
 */
function describeFileFlags(p: Program): void {
	const ask = (request: number) => p.call("ioctl", register("a"), request, pointer("stack", -16));
	p.set("a", 3);
	p.label("next");
	ask(getFlags);
	p.compare("answer", badDescriptor);
	p.jump("equal", "done");
	p.branch("negative", "after");
	p.set("answer", load("stack", -16, 4));
	p.and("answer", kept);
	p.store("stack", -16, 4, "answer");
	ask(setFlags);
	p.label("after");
	p.add("a", 1);
	p.jump("always", "next");
	p.label("done");
	p.exit(0);
}

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
	const executable = process.geteuid?.() === 0 ? assemble(process.arch, describeFileFlags) : undefined;
	if (executable === undefined) return;
	program ??= openProgram("/run", executable);
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
