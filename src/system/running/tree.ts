import { readFileSync, statSync } from "node:fs";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import type { Ids } from "../../core/trace/process.ts";
import type { BoundSocket, OpenFile, RunningProcess } from "../../core/trace/running.ts";
import { attempt } from "../files/errors.ts";
import { descendants } from "../launch/processes.ts";
import { type ListeningSockets, parseSockets } from "../units/processes.ts";
import { currentPath, fileIdentity, linkTarget, mappedFiles, namesIn, statusText, textOf } from "./proc.ts";

/**
 * The process and its descendants, itself first. Throws `process-unknown` (exit 2) if there is none, `process-of-kernel` for a
 * kernel thread, `process-elsewhere` if its files are not this machine's, as in a container, and `attach-…` (exit 3) if this
 * account may not inspect it.
 */
export function runningTree(pid: number): RunningProcess[] {
	if (!Number.isInteger(pid) || pid < 1 || statusText(pid) === undefined) throw new Failure("process-unknown", { pid }, 2);
	if (!/^VmSize:/m.test(statusText(pid) ?? "")) throw new Failure("process-of-kernel", { pid }, 2);
	// Reading its executable needs the same permission as watching it (proc_pid_exe(5)).
	if (linkTarget(pid, "exe") === undefined) throw refusedBySystem(pid, `/proc/${pid}/exe: Permission denied`);
	if (hasOtherRoot(pid) && linkTarget(pid, "ns/mnt") !== linkTarget("self", "ns/mnt")) {
		throw new Failure("process-elsewhere", { pid }, 2);
	}
	const sockets = { listening: socketsSeenBy(pid), netlink: netlinkSeenBy(pid) };
	return descendants(pid).flatMap((one) => runningProcess(one, sockets) ?? []);
}

/** Compared by device and inode, because the link reads "/" in a container. If reading is denied, watching is refused later. */
function hasOtherRoot(pid: number): boolean {
	const root = fileIdentity(`/proc/${pid}/root/.`);
	return root !== "" && root !== fileIdentity("/proc/self/root/.");
}

/** The sockets of a network namespace, by inode. */
interface Sockets {
	readonly listening: ListeningSockets;
	readonly netlink: ReadonlySet<string>;
}

function runningProcess(pid: number, sockets: Sockets): RunningProcess | undefined {
	const said = statusText(pid);
	// A zombie has no resources any more.
	if (said === undefined || !/^VmSize:/m.test(said)) return undefined;
	const numbers = (name: string) =>
		(new RegExp(`^${name}:\\s*(.*)$`, "m").exec(said)?.[1] ?? "").split(/\s+/).filter(Boolean).map(Number);
	const ids = ([real = 0, effective = 0, saved = 0]: number[]): Ids => ({ real, effective, saved });
	const { files, inodes } = descriptors(pid);
	return {
		pid,
		threads: namesIn(`/proc/${pid}/task`).map(Number),
		program: currentPath(linkTarget(pid, "exe")),
		cwd: currentPath(linkTarget(pid, "cwd")),
		root: (hasOtherRoot(pid) ? linkTarget(pid, "root") : undefined) ?? "",
		uid: ids(numbers("Uid")),
		gid: ids(numbers("Gid")),
		groups: numbers("Groups"),
		mapped: mappedFiles(pid),
		descriptors: files,
		sockets: inodes.flatMap((inode) => bound(sockets, inode)),
	};
}

/** Its open files, and the inodes of its sockets. A deleted file has no path. */
function descriptors(pid: number): { files: OpenFile[]; inodes: string[] } {
	const files: OpenFile[] = [];
	const inodes: string[] = [];
	for (const name of namesIn(`/proc/${pid}/fd`)) {
		const path = linkTarget(pid, `fd/${name}`);
		const socket = path === undefined ? undefined : /^socket:\[(\d+)\]$/.exec(path)?.[1];
		if (socket !== undefined) inodes.push(socket);
		if (!path?.startsWith("/") || isNameless(`/proc/${pid}/fd/${name}`)) continue;
		const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(`/proc/${pid}/fdinfo/${name}`) ?? "")?.[1];
		if (flags !== undefined) files.push({ path, flags: Number.parseInt(flags, 8) });
	}
	return { files, inodes };
}

function isNameless(descriptor: string): boolean {
	return attempt(() => statSync(descriptor).nlink === 0) ?? true;
}

/** Listening sockets in the process's network namespace. */
function socketsSeenBy(pid: number): ListeningSockets {
	const table = (name: string) => textOf(`/proc/${pid}/net/${name}`) ?? "";
	return parseSockets({ tcp: table("tcp"), tcp6: table("tcp6"), udp: table("udp"), udp6: table("udp6"), unix: table("unix") });
}

/** Sockets of NETLINK_ROUTE, protocol 0. The second column of the kernel's table is the protocol, the last one the inode. */
function netlinkSeenBy(pid: number): ReadonlySet<string> {
	const rows = (textOf(`/proc/${pid}/net/netlink`) ?? "").split("\n").map((row) => row.trim().split(/\s+/));
	return new Set(rows.flatMap((row) => (row[1] === "0" ? [row.at(-1) ?? ""] : [])));
}

function bound({ listening, netlink }: Sockets, inode: string): BoundSocket[] {
	if (netlink.has(inode)) return [{ family: "AF_NETLINK" }];
	const socket = listening.get(inode);
	if (socket === undefined) return [];
	if (socket.protocol !== "unix") {
		return [{ family: socket.address.includes(":") ? "AF_INET6" : "AF_INET", protocol: socket.protocol, port: socket.port }];
	}
	// A relative name depends on the directory in which the process bound it, which is unknown.
	return /^[@/]/.test(socket.path) ? [{ family: "AF_UNIX", name: socket.path as Path }] : [];
}

/** kernel.yama.ptrace_scope. Undefined without Yama. */
function scope(): number | undefined {
	return attempt(() => Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "latin1")));
}

/** The failure for a message of strace or the kernel about watching process `pid`. */
export function refusedBySystem(pid: number, said: string): Failure {
	return refusal(pid, said, scope(), process.getuid?.() === 0);
}

/** Why strace could not attach to a process, and so how to fix it (ptrace(2), "Ptrace access mode checking" and Yama). */
export function refusal(pid: number, said: string, scope: number | undefined, isRoot: boolean): Failure {
	const line = said.split("\n").find((text) => text.includes("ptrace(")) ?? said.trim().split("\n").at(-1) ?? "";
	if (/No such process/.test(line)) return new Failure("process-unknown", { pid }, 2);
	if (scope === 3) return new Failure("attach-forbidden", { pid }, 3);
	if (!isRoot) return new Failure("attach-needs-root", { pid, scope: scope ?? 0 }, 3);
	return new Failure("attach-refused", { pid, detail: line }, 3);
}
