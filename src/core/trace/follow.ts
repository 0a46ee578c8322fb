import { type Path, root } from "../path/path.ts";
import { own, stringOf } from "./argument.ts";
import type { CallShape } from "./calls.ts";
import { located, moveTo, usedPath } from "./effect.ts";
import { changeIdentity } from "./identity.ts";
import type { CallEvent } from "./line.ts";
import { followLimits } from "./needs.ts";
import { type Process, sharingOf } from "./process.ts";
import type { ProcessTable } from "./processes.ts";
import type { Recorder } from "./recorder.ts";
import type { Sockets } from "./sockets.ts";

interface Followed {
	readonly processes: ProcessTable;
	readonly sockets: Sockets;
	/** Absent where the launcher acts, whose deeds are not the application's. */
	readonly recorder: Recorder | undefined;
}

/** What a call that succeeded changes about its process. Gives the process that it made, if it made one. */
export function follow(event: CallEvent, shape: CallShape, process: Process, followed: Followed): Process | undefined {
	const { call } = event;
	const { processes, recorder, sockets } = followed;
	if (/^set.*[ug]id(32)?$|^setgroups/.test(call)) changeIdentity(event, process, recorder);
	switch (call) {
		case "prlimit64":
		case "setrlimit":
			followLimits(event, process, recorder);
			return undefined;
		case "socket":
			sockets.made(event, process, recorder);
			return undefined;
		case "socketpair":
			sockets.paired(event, recorder);
			return undefined;
		case "chdir":
		case "fchdir":
		case "chroot":
		case "pivot_root":
		case "getcwd":
			followDirectory(event, shape, process, recorder);
			return undefined;
		case "rename":
		case "renameat":
		case "renameat2": {
			const [from, to] = shape.paths.map((use) => usedPath(event, use, process.fs));
			if (from !== undefined && to !== undefined) processes.renamed(from, to);
			return undefined;
		}
		case "unshare":
			// unshare(2): a mount or user namespace of its own brings its own working directory and root.
			if (/\bCLONE_(FS|NEWNS|NEWUSER)\b/.test(event.args[0] ?? "")) process.fs = { ...process.fs };
			return undefined;
		case "setns":
			// setns(2): in another mount namespace it is at the root of that one.
			if (event.args.join().includes("CLONE_NEWNS") || event.args[0]?.includes("<mnt:[")) {
				process.fs = { cwd: root, root: "", shown: "" };
			}
			return undefined;
		case "io_uring_setup":
			recorder?.trace.gaps.add("io-uring");
			return undefined;
		case "open_by_handle_at":
			recorder?.trace.gaps.add("file-handle");
			return undefined;
		case "fork":
		case "vfork":
		case "clone":
		case "clone3":
			return event.result ? processes.born(process, event.result, sharingOf(event.args.join())) : undefined;
	}
	return undefined;
}

function followDirectory(event: CallEvent, shape: CallShape, process: Process, recorder: Recorder | undefined): void {
	const { fs } = process;
	if (event.call === "getcwd") {
		const name = stringOf(event.args[0]);
		// getcwd(2): "(unreachable)" stands before a directory outside the root.
		const path = name?.startsWith("/") ? located(name as Path, undefined, fs) : undefined;
		if (path !== undefined && path !== fs.cwd) fs.cwd = own(path);
		return;
	}
	const use = shape.paths[0];
	const path = use && usedPath(event, use, fs);
	// The launcher's own root is not counted: strace shows the cage's paths from within.
	const makesRoot = event.call === "chroot" || event.call === "pivot_root";
	if (path === undefined || (makesRoot && !recorder)) return;
	moveTo(event, path, fs);
	if (makesRoot) recorder?.trace.chroots.add(own(path));
}
