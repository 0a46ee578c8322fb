import type { Path } from "../path/path.ts";
import { firstProcess, type Ids } from "./process.ts";
import { Recorder } from "./recorder.ts";
import type { Operation, Trace } from "./trace.ts";

/** What /proc tells of a process that runs already (proc(5)). */
export interface RunningProcess {
	readonly pid: number;
	/** Its threads' ids, its own among them. */
	readonly threads: readonly number[];
	/** The executable, as it was started; undefined where its file is gone. */
	readonly program: Path | undefined;
	readonly cwd: Path | undefined;
	/** What it chrooted into; empty where its root is ours. */
	readonly root: Path | "";
	readonly uid: Ids;
	readonly gid: Ids;
	readonly groups: readonly number[];
	/** Files that are mapped into its memory. */
	readonly mapped: readonly Path[];
	readonly descriptors: readonly OpenFile[];
	readonly sockets: readonly BoundSocket[];
}

export interface OpenFile {
	readonly path: Path;
	/** The flags of open(2), as /proc/PID/fdinfo shows them. */
	readonly flags: number;
}

export type BoundSocket =
	| { readonly family: "AF_INET" | "AF_INET6"; readonly protocol: "tcp" | "udp"; readonly port: number }
	/** `name` is absolute, or an abstract name behind `@`. */
	| { readonly family: "AF_UNIX"; readonly name: Path }
	/** Of NETLINK_ROUTE. */
	| { readonly family: "AF_NETLINK" };

/** open(2), as fcntl(2) tells them on every Linux but alpha, mips, parisc and sparc. */
const flag = { accessMode: 0o3, writeOnly: 0o1, readWrite: 0o2, directory: 0o200000, path: 0o10000000 };

/**
 * What a start that nobody watched has left: files that are mapped or open, sockets, accounts. The first process is the one that the
 * others come from, and `command` the name by which a new start executes it: often a link to the executable. What was opened and closed
 * again is not among it, so the trace has the gap `start-up`.
 */
export function traceOfRunning(processes: readonly RunningProcess[], command: Path): Trace {
	const recorder = new Recorder();
	const { trace } = recorder;
	const [main] = processes;
	for (const running of processes) {
		const process = { ...firstProcess(running.pid, running.cwd, 0, 0), program: running.program, uid: running.uid };
		const saw = (call: string, path: Path, ...operations: Operation[]) => {
			const touches = [{ access: recorder.access(path), operations, error: undefined }];
			recorder.apply({ call, touches, cwd: undefined, isNew: false, appliedTo: false, appliedAsRoot: false }, process);
		};
		if (running.program !== undefined) {
			trace.programs.add(running.program);
			saw("execve", running.program, "execute");
			if (running === main) saw("execve", command, "execute");
		}
		for (const path of running.mapped) saw("mmap", path, "read");
		for (const { flags, path } of running.descriptors) saw("open", path, ...operationsOf(flags));
		if (running.cwd !== undefined) saw("chdir", running.cwd, "enter");
		if (running.root !== "") {
			trace.chroots.add(running.root);
			saw("chroot", running.root, "enter");
			recorder.capability("sys_chroot", "chroot", running.program);
		}
		for (const socket of running.sockets) {
			trace.families.add(socket.family);
			if (socket.family === "AF_NETLINK") continue;
			if (socket.family !== "AF_UNIX") {
				trace.ports.add(`${socket.protocol} ${socket.port}`);
				if (socket.port < 1024) recorder.capability("net_bind_service", "bind", running.program);
			} else if (socket.name.startsWith("@")) trace.abstractSockets.add(socket.name.slice(1));
			else saw("bind", socket.name, "listen");
		}
		if (main !== undefined) noteAccounts(running, main, recorder);
	}
	trace.gaps.add("start-up");
	return trace;
}

function operationsOf(flags: number): Operation[] {
	if (flags & flag.path) return ["look"];
	if (flags & flag.directory) return ["list"];
	const mode = flags & flag.accessMode;
	return mode === flag.writeOnly ? ["write"] : mode === flag.readWrite ? ["read", "write"] : ["read"];
}

/** Whoever has another account than the first process has switched to it. */
function noteAccounts({ gid, groups, program, uid }: RunningProcess, main: RunningProcess, recorder: Recorder): void {
	const { gids, uids } = recorder.trace;
	for (const id of [uid.real, uid.effective, uid.saved]) {
		if (id === main.uid.real) continue;
		uids.add(id);
		recorder.capability("setuid", "setresuid", program);
	}
	for (const id of [gid.real, gid.effective, gid.saved, ...groups]) {
		if (id === main.gid.real || main.groups.includes(id)) continue;
		gids.add(id);
		recorder.capability("setgid", "setresgid", program);
	}
}
