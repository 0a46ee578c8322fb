import { clean, isAbsolute, normalise, type Path, resolvePath } from "../base/path/path.ts";
import { descriptorPath, own, stringOf } from "./argument.ts";
import { type CallShape, openOperations, type PathUse, testsRights } from "./calls.ts";
import type { CallEvent } from "./line.ts";
import type { FileSystemView, Process } from "./process.ts";
import { type Effect, effect, type Recorder, type Touch } from "./recorder.ts";

/**
 * Resolves `name` in `directory` or, if that is undefined, in the working directory, as strace sees it. Returns undefined if that
 * directory is unknown.
 */
export function resolveName(name: Path, directory: Path | undefined, fs: FileSystemView): Path | undefined {
	// An absolute name starts at the process's own root. Descriptor paths from strace already contain that root.
	if (isAbsolute(name)) return fs.root === "" ? clean(name) : keepBelowRoot(fs.root, clean(`${fs.root}/${name}` as Path));
	return directory === undefined ? undefined : keepBelowRoot(fs.root, resolvePath(directory, name));
}

/** `..` does not leave a process's root (path_resolution(7)), unless the process is already outside. */
function keepBelowRoot(root: Path | "", path: Path): Path {
	if (root === "" || !path.startsWith(`${root}/`)) return path;
	const inside = path.slice(root.length) as Path;
	let depth = 0;
	for (const part of inside.slice(1).split("/")) {
		depth += part === ".." ? -1 : 1;
		if (depth < 0) return clean((root + normalise(inside)) as Path);
	}
	return path;
}

/** Returns the directory of a descriptor argument. AT_FDCWD without a path means the tracked working directory. */
function base(argument: string | undefined, fs: FileSystemView): Path | undefined {
	const path = descriptorPath(argument);
	return path === undefined ? (argument === "AT_FDCWD" ? fs.cwd : undefined) : descriptorHostPath(path, fs);
}

/** Returns a descriptor's path as a path of the host. */
function descriptorHostPath(path: Path, fs: FileSystemView): Path {
	return fs.shown === "" ? path : clean((fs.shown + path) as Path);
}

/** Returns the path of one use, or undefined if the call names none that can be known. */
export function usedPath(event: CallEvent, use: PathUse, fs: FileSystemView): Path | undefined {
	const { args } = event;
	if (use.only && !use.only(args)) return undefined;
	const directory = use.at === undefined ? fs.cwd : base(args[use.at], fs);
	if (use.path === undefined) return directory;
	const argument = args[use.path];
	const name = stringOf(argument);
	// An empty name with AT_EMPTY_PATH, and NULL in utimensat(2), mean the descriptor itself. Looking at an open file (libc's
	// fstat) adds nothing to its open.
	if (name === "" || (name === undefined && argument === "NULL")) {
		return use.at === undefined || use.does === "open" || use.does[0] === "look" ? undefined : directory;
	}
	if (name === undefined) return undefined;
	// openat2(2): names start at the descriptor as root, and `..` does not leave it.
	if (use.does === "open" && directory !== undefined && args[use.flags ?? 0]?.includes("RESOLVE_IN_ROOT")) {
		return clean((directory + normalise(name as Path)) as Path);
	}
	return resolveName(name as Path, directory, fs);
}

/** Returns what the line does to the accesses; undefined if it names no path. */
export function effectOf(event: CallEvent, shape: CallShape, process: Process, recorder: Recorder): Effect | undefined {
	const { args, error, result } = event;
	const resultPath = event.resultPath && descriptorHostPath(event.resultPath, process.fs);
	const fs = event.joined && process.cwdAtEntry !== undefined ? { ...process.fs, cwd: process.cwdAtEntry } : process.fs;
	if (result === undefined || error === "EINTR") return undefined;
	const touches: Touch[] = [];
	const known = recorder.trace.accesses.size;
	let cwd: Path | undefined;
	for (const use of shape.paths) {
		if (use.at !== undefined && !event.joined && args[use.at]?.startsWith("AT_FDCWD</")) cwd = base(args[use.at], fs);
		const path = usedPath(event, use, fs);
		if (path === undefined) continue;
		const operations = use.does === "open" ? openOperations(args[use.flags ?? 0] ?? "") : use.does;
		const access = recorder.access(path);
		if (use.does === "open" && resultPath !== undefined) access.real ??= resultPath === path ? access.path : own(resultPath);
		touches.push({ access, operations, error: error && recorder.name(error) });
		if (error === undefined && testsWriting(event)) recorder.trace.writeTests.add(access.path);
		if (error === "EACCES" && testsRights(event.call)) recorder.trace.refusedTests.add(access.path);
	}
	if (touches.length === 0) return undefined;
	if (cwd !== undefined) cwd = cwd === process.fs.cwd ? process.fs.cwd : own(cwd);
	return effect(recorder.name(event.call), touches, recorder.trace.accesses.size > known, cwd);
}

/** Whether the line asks for the right to write. */
function testsWriting({ args, call }: CallEvent): boolean {
	return testsRights(call) && /\bW_OK\b/.test(args[call === "access" ? 1 : 2] ?? "");
}

/** open_by_handle_at(2) names no path; only the resulting descriptor shows one. */
export function effectOfHandle(event: CallEvent, process: Process, recorder: Recorder): Effect | undefined {
	if (event.resultPath === undefined) return undefined;
	const access = recorder.access(descriptorHostPath(event.resultPath, process.fs));
	const touches = [{ access, operations: openOperations(event.args[2] ?? ""), error: undefined }];
	return effect(recorder.name(event.call), touches, true);
}

/** Whether the line alone determines its paths: no name is relative to a directory that the line does not show. */
export function namesAllPaths(event: CallEvent, shape: CallShape): boolean {
	return shape.paths.every((use) => {
		if (use.only && !use.only(event.args)) return true;
		if (use.at !== undefined && event.args[use.at]?.includes("</")) return true;
		return use.path !== undefined && event.args[use.path]?.startsWith('"/');
	});
}

/** Follows a successful chdir, fchdir, chroot or pivot_root. */
export function changeDirectory(event: CallEvent, path: Path, fs: FileSystemView): void {
	if (event.call === "chroot") fs.root = path === "/" ? "" : own(path);
	else if (event.call === "pivot_root") {
		if (path === "/") return;
		// pivot_root(2): a process in the old root directory is now in the new one.
		if (fs.cwd === "/" || fs.cwd === fs.root) fs.cwd = own(path);
		fs.root = own(path);
		fs.shown = fs.root;
	}
	// Normalise, so that a process that goes up and down does not create ever longer paths. strace shows directories without
	// links and `..` anyway.
	else fs.cwd = own(path.includes("/..") ? normalise(path) : path);
}
