import type { Path } from "../base/path/path.ts";
import { firstProcess, type Ids } from "./process.ts";
import { effect, Recorder } from "./recorder.ts";
import type { Operation, Trace } from "./trace.ts";

/** A running process, according to /proc (proc(5)). */
export interface RunningProcess {
	readonly pid: number;
	/** The ids of its threads, including its own. */
	readonly threads: readonly number[];
	/** The path of the executable; undefined if the file is gone. */
	readonly program: Path | undefined;
	readonly cwd: Path | undefined;
	/** Its root if it differs from ours; otherwise empty. */
	readonly root: Path | "";
	readonly uid: Ids;
	readonly gid: Ids;
	readonly groups: readonly number[];
	/** Files mapped into its memory. */
	readonly mapped: readonly Path[];
	readonly descriptors: readonly OpenFile[];
	readonly sockets: readonly BoundSocket[];
}

export interface OpenFile {
	readonly path: Path;
	/** The flags of open(2), as in /proc/PID/fdinfo. */
	readonly flags: number;
}

export type BoundSocket =
	| { readonly family: "AF_INET" | "AF_INET6"; readonly protocol: "tcp" | "udp"; readonly port: number }
	/** An absolute path, or `@` and an abstract name. */
	| { readonly family: "AF_UNIX"; readonly name: Path }
	/** NETLINK_ROUTE. */
	| { readonly family: "AF_NETLINK" };

/** Values of open(2) flags on all Linux architectures except alpha, mips, parisc and sparc. */
const flag = { accessMode: 0o3, writeOnly: 0o1, readWrite: 0o2, directory: 0o200000, path: 0o10000000 };

/**
 * Returns what an untraced start has left: mapped and open files, sockets, accounts. The first process is the ancestor of the
 * others. `command` is the name by which a new start executes it, often a link. Files that were closed again are missing, so that
 * the trace has the gap `start-up`.
 */
export function traceOfRunning(processes: readonly RunningProcess[], command: Path): Trace {
	const recorder = new Recorder();
	const { trace } = recorder;
	const [main] = processes;
	for (const running of processes) {
		const process = { ...firstProcess(running.pid, running.cwd, 0, 0), program: running.program, uid: running.uid };
		const saw = (call: string, path: Path, ...operations: Operation[]) => {
			const touches = [{ access: recorder.access(path), operations, error: undefined }];
			recorder.apply(effect(call, touches, false), process);
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

/** A process with another account than the first one has switched to it. */
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
