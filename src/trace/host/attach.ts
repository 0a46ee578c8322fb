import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { currentPath, fileIdentity, linkTarget, mappedFiles, namesIn, statusText, textOf } from "../../base/host/proc.ts";
import { descendants, handledSignals } from "../../base/host/processes.ts";
import { type ChildProcess, requireTool, startTool } from "../../base/host/tools.ts";
import type { Path } from "../../base/path/path.ts";
import type { AttachedProcess, AttachRequest, RunEnd } from "../../launch/ports.ts";
import { type ListeningSockets, parseSockets } from "../../service/host/processes.ts";
import { straceArguments } from "../calls.ts";
import type { Ids } from "../process.ts";
import type { BoundSocket, OpenFile, RunningProcess } from "../running.ts";

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
function refusedBySystem(pid: number, said: string): Failure {
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

/** Processes that start while strace attaches are included in the next turn. A tree that never rests is included in part. */
const turns = 5;
const detachSeconds = 30;

/**
 * Watches a running process with all its threads and descendants. However it ends, by `detach` or by the death of this process or
 * of strace, the processes continue: strace detaches on TERM, and the kernel detaches a dead tracer (ptrace(2)). Throws what
 * `runningTree` throws, `process-traced` and `attach-…` (exit 3).
 */
export async function attach(request: AttachRequest): Promise<AttachedProcess> {
	requireTool("strace");
	const { pid } = request;
	for (let turn = 1; ; turn++) {
		const processes = runningTree(pid);
		refuseTraced(processes);
		request.onProcesses(processes);
		const tracer = new Tracer(request, processes);
		await tracer.attached();
		tracer.isWhole = !tracer.missed();
		if (tracer.isWhole || turn === turns) return tracer;
		await tracer.detach();
	}
}

function refuseTraced(processes: readonly RunningProcess[]): void {
	for (const { pid } of processes) {
		const tracer = tracerOf(pid);
		if (tracer) throw new Failure("process-traced", { pid, tracer }, 3);
	}
}

class Tracer implements AttachedProcess {
	readonly init: number;
	readonly ended: Promise<RunEnd>;
	isWhole = true;
	readonly #child: ChildProcess;
	readonly #processes: readonly RunningProcess[];
	readonly #off: () => void;
	#over = false;
	#said = "";

	constructor({ onData, pid, signal }: AttachRequest, processes: readonly RunningProcess[]) {
		this.init = pid;
		this.#processes = processes;
		const who = processes.flatMap((process) => ["-p", String(process.pid)]);
		const strace = ["strace", ...straceArguments("whole"), "-o", "|exec cat >&3", ...who];
		this.#child = startTool("setpriv", ["--pdeathsig", "TERM", ...strace], {
			stdio: ["ignore", "ignore", "pipe", "pipe"],
			detached: true,
		});
		this.#child.stderr?.on("data", (chunk: Buffer) => {
			this.#said = (this.#said + chunk.toString("latin1")).slice(-4000);
		});
		(this.#child.stdio[3] as NodeJS.ReadableStream).on("data", (chunk: Buffer) => onData(chunk));
		const detach = () => void this.detach();
		signal.addEventListener("abort", detach, { once: true });
		this.#off = () => signal.removeEventListener("abort", detach);
		this.ended = new Promise((resolve, reject) => {
			this.#child.on("error", reject);
			this.#child.on("close", (code) => {
				this.#over = true;
				this.#off();
				resolve({ status: code ?? 143 });
			});
		});
		if (signal.aborted) detach();
	}

	/** Resolves once every known thread is attached. */
	async attached(): Promise<void> {
		for (;;) {
			const waiting = this.#processes.filter(({ pid, threads }) => [pid, ...threads].some((id) => this.#isFree(id)));
			if (!waiting.length) return;
			// If one thread of several is refused, strace keeps the others.
			if (this.#over || /attach: ptrace\(.*(?<!No such process)$/m.test(this.#said)) {
				await this.detach();
				throw refusedBySystem(this.init, this.#said);
			}
			await sleep(5);
		}
	}

	/** Whether there are processes that strace is not attached to. */
	missed(): boolean {
		return !this.#over && runningTree(this.init).some((process) => this.#isFree(process.pid));
	}

	handledSignals(): string[] {
		return handledSignals(this.init);
	}

	async detach(): Promise<void> {
		if (this.#over) return;
		this.#child.kill("SIGTERM");
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), detachSeconds * 1000);
		await this.ended;
		clearTimeout(timer);
	}

	#isFree(id: number): boolean {
		return tracerOf(id) === 0;
	}
}

/** The tracer of a process or thread: 0 for none, undefined if it is gone or dead. */
function tracerOf(id: number): number | undefined {
	const text = statusText(id);
	if (text === undefined || /^State:\s*[ZX]/m.test(text)) return undefined;
	return Number(/^TracerPid:\s*(\d+)/m.exec(text)?.[1]);
}
