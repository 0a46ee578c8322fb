import { clean, isAbsolute, normalise, type Path, resolvePath } from "../path/path.ts";
import { descriptorPath, own, stringOf } from "./argument.ts";
import { type CallShape, openOperations, type PathUse } from "./calls.ts";
import type { CallEvent } from "./line.ts";
import type { FileSystemView, Process } from "./process.ts";
import type { Effect, Recorder, Touch } from "./recorder.ts";

/** `name` from `directory` (the working directory where that is absent), as seen from strace; undefined where that is not known. */
export function located(name: Path, directory: Path | undefined, fs: FileSystemView): Path | undefined {
	// An absolute name counts from the process's own root; what strace tells of descriptors already includes that root.
	if (isAbsolute(name)) return fs.root === "" ? clean(name) : clean(`${fs.root}/${name}` as Path);
	return directory === undefined ? undefined : resolvePath(directory, name);
}

/** The directory that the descriptor argument shows. Without `-y`'s help, AT_FDCWD is the tracked working directory. */
function base(argument: string | undefined, fs: FileSystemView): Path | undefined {
	return descriptorPath(argument) ?? (argument === "AT_FDCWD" ? fs.cwd : undefined);
}

/** The path of one use, or undefined where the call did not name one that can be known. */
export function usedPath(event: CallEvent, use: PathUse, fs: FileSystemView): Path | undefined {
	const { args } = event;
	const directory = use.at === undefined ? fs.cwd : base(args[use.at], fs);
	if (use.path === undefined) return directory;
	const argument = args[use.path];
	const name = stringOf(argument);
	// An empty name with AT_EMPTY_PATH, and NULL in utimensat(2), stand for the descriptor itself.
	// Only looking at an open file (that is how libc does fstat) tells nothing that its open did not.
	if (name === "" || (name === undefined && argument === "NULL")) {
		return use.at === undefined || use.does === "open" || use.does[0] === "look" ? undefined : directory;
	}
	return name === undefined ? undefined : located(name as Path, directory, fs);
}

/** What the line does to the accesses; undefined where it names no path. */
export function effectOf(event: CallEvent, shape: CallShape, process: Process, recorder: Recorder): Effect | undefined {
	const { args, error, result, resultPath } = event;
	if (result === undefined || error === "EINTR") return undefined;
	const touches: Touch[] = [];
	const known = recorder.trace.accesses.size;
	let cwd: Path | undefined;
	for (const use of shape.paths) {
		if (use.at !== undefined && !event.joined && args[use.at]?.startsWith("AT_FDCWD</")) cwd = descriptorPath(args[use.at]);
		const path = usedPath(event, use, process.fs);
		if (path === undefined) continue;
		const operations = use.does === "open" ? openOperations(args[use.flags ?? 0] ?? "") : use.does;
		const access = recorder.access(path);
		if (use.does === "open" && resultPath !== undefined) access.real ??= resultPath === path ? access.path : own(resultPath);
		touches.push({ access, operations, error: error && recorder.name(error) });
	}
	if (touches.length === 0) return undefined;
	if (cwd !== undefined) cwd = cwd === process.fs.cwd ? process.fs.cwd : own(cwd);
	return {
		call: recorder.name(event.call),
		touches,
		cwd,
		isNew: recorder.trace.accesses.size > known,
		appliedTo: false,
		appliedAsRoot: false,
	};
}

/** True where the text of the line alone says which paths it means: no name counts from a directory that the line does not show. */
export function tellsItsPaths(event: CallEvent, shape: CallShape): boolean {
	return shape.paths.every((use) => {
		if (use.at !== undefined && event.args[use.at]?.includes("</")) return true;
		return use.path !== undefined && event.args[use.path]?.startsWith('"/');
	});
}

/** Follows chdir, fchdir and chroot that succeeded. */
export function moveTo(event: CallEvent, path: Path, fs: FileSystemView): void {
	if (event.call === "chroot") fs.root = path === "/" ? "" : own(path);
	// A process that goes up and down must not make an ever longer name; strace shows directories without links and `..` anyway.
	else if (fs.root !== "" && path.startsWith(`${fs.root}/`)) {
		fs.cwd = own(clean((fs.root + normalise(path.slice(fs.root.length) as Path)) as Path));
	} else fs.cwd = own(path.includes("/..") ? normalise(path) : path);
}
