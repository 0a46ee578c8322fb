import { isWithin, normalise, type Path, parent, root } from "../base/path/path.ts";
import { idOf, own, stringOf } from "./argument.ts";
import type { CallShape } from "./calls.ts";
import { changeDirectory, resolveName, usedPath } from "./effect.ts";
import type { CallEvent } from "./line.ts";
import { followLimits } from "./needs.ts";
import { type Ids, type Process, sameIds, sharingOf } from "./process.ts";
import type { ProcessTable } from "./processes.ts";
import type { Recorder } from "./recorder.ts";
import type { Sockets } from "./sockets.ts";

/** Removes the `32` that 32-bit machines append to a call's name. */
function baseCall(call: string): string {
	return call.endsWith("32") ? call.slice(0, -2) : call;
}

/**
 * Follows a successful change of identity and records it, unless `recorder` is undefined. Switching among the process's own ids
 * is free; any other id needs the capability (setresuid(2), setuid(2)).
 */
function changeIdentity(event: CallEvent, process: Process, recorder: Recorder | undefined): void {
	const call = baseCall(event.call);
	if (call === "setgroups") {
		for (const group of event.args[1]?.match(/[0-9]+/g) ?? []) recorder?.trace.gids.add(Number(group));
		recorder?.capability("setgid", event.call, process.program);
		return;
	}
	const ofUser = call.endsWith("uid");
	const current = ofUser ? process.uid : process.gid;
	const asked = event.args.map(idOf);
	if (!call.startsWith("setfs")) {
		const next = changedIds(call, current, asked, process.uid.effective === 0);
		if (ofUser) process.uid = next;
		else process.gid = next;
	}
	if (!recorder) return;
	for (const id of asked) {
		if (id === undefined) continue;
		// setfsuid(2) never fails, so its success proves nothing.
		if (call.startsWith("setfs")) continue;
		(ofUser ? recorder.trace.uids : recorder.trace.gids).add(id);
		if (id !== current.real && id !== current.effective && id !== current.saved) {
			recorder.capability(ofUser ? "setuid" : "setgid", event.call, process.program);
		}
	}
}

function changedIds(call: string, old: Ids, asked: readonly (number | undefined)[], privileged: boolean): Ids {
	const [first, second, third] = asked;
	if (call === "setuid" || call === "setgid") {
		if (first === undefined) return old;
		return privileged || (first !== old.real && first !== old.saved) ? sameIds(first) : { ...old, effective: first };
	}
	const real = first ?? old.real;
	const effective = second ?? old.effective;
	if (call.startsWith("setres")) return { real, effective, saved: third ?? old.saved };
	// setreuid(2): the saved id changes if the real id is set, or if the effective id is set to something other than the old real
	// id.
	const follows = first !== undefined || (second !== undefined && second !== old.real);
	return { real, effective, saved: follows ? effective : old.saved };
}

interface FollowContext {
	readonly processes: ProcessTable;
	readonly sockets: Sockets;
	/** Undefined for the launcher's processes, which are not recorded. */
	readonly recorder: Recorder | undefined;
}

function recordMove(from: Path, to: Path, recorder: Recorder | undefined): void {
	const [source, target] = [parent(normalise(from)), parent(normalise(to))];
	if (source === target) return;
	let shared = source;
	while (!isWithin(target, shared)) shared = parent(shared);
	recorder?.trace.moves.add(shared);
}

/** Follows what a successful call changes about its process. Returns the process that it created, if any. */
export function follow(event: CallEvent, shape: CallShape, process: Process, followed: FollowContext): Process | undefined {
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
			if (from === undefined || to === undefined) return undefined;
			processes.renamed(from, to);
			recordMove(from, to, recorder);
			recorder?.renamed(normalise(from), normalise(to));
			return undefined;
		}
		case "link":
		case "linkat": {
			const [from, to] = shape.paths.map((use) => usedPath(event, use, process.fs));
			if (from !== undefined && to !== undefined) recordMove(from, to, recorder);
			return undefined;
		}
		case "unshare":
			// unshare(2): a new mount or user namespace brings its own working directory and root.
			if (/\bCLONE_(FS|NEWNS|NEWUSER)\b/.test(event.args[0] ?? "")) process.fs = { ...process.fs };
			return undefined;
		case "setns":
			// setns(2): the process enters another mount namespace at its root.
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
			if (!event.result) return undefined;
			return processes.born(process, event.result, sharingOf(event.args.join()), event.ownResult);
	}
	return undefined;
}

function followDirectory(event: CallEvent, shape: CallShape, process: Process, recorder: Recorder | undefined): void {
	const { fs } = process;
	if (event.call === "getcwd") {
		const name = stringOf(event.args[0]);
		// getcwd(2): a directory outside the root begins with "(unreachable)".
		const path = name?.startsWith("/") ? resolveName(name as Path, undefined, fs) : undefined;
		if (path !== undefined && path !== fs.cwd) fs.cwd = own(path);
		return;
	}
	const use = shape.paths[0];
	const path = use && usedPath(event, use, fs);
	// The launcher's own chroot does not count: strace shows the cage's paths from inside.
	const makesRoot = event.call === "chroot" || event.call === "pivot_root";
	if (path === undefined || (makesRoot && !recorder)) return;
	changeDirectory(event, path, fs);
	if (makesRoot) recorder?.trace.chroots.add(own(path));
}
