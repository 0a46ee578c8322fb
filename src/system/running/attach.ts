import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../core/failure.ts";
import { straceArguments } from "../../core/trace/calls.ts";
import type { RunningProcess } from "../../core/trace/running.ts";
import type { AttachedProcess, AttachRequest, RunEnd } from "../../engine/launch-ports.ts";
import { handledSignals } from "../launch/processes.ts";
import { type ChildProcess, requireTool, startTool } from "../tools.ts";
import { statusText } from "./proc.ts";
import { refusedBySystem, runningTree } from "./tree.ts";

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
