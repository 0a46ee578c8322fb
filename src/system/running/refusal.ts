import { readFileSync } from "node:fs";
import { Failure } from "../../core/failure.ts";

/** kernel.yama.ptrace_scope; undefined where the kernel has no Yama. */
function scope(): number | undefined {
	try {
		return Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "latin1"));
	} catch {
		return undefined;
	}
}

/** The failure for what strace, or the kernel, said when process `pid` was to be watched. */
export function refusedBySystem(pid: number, said: string): Failure {
	return refusal(pid, said, scope(), process.getuid?.() === 0);
}

/** Why strace could not take hold of a process, and so what to do (ptrace(2), "Ptrace access mode checking" and Yama). */
export function refusal(pid: number, said: string, scope: number | undefined, isRoot: boolean): Failure {
	const line = said.split("\n").find((text) => text.includes("ptrace(")) ?? said.trim().split("\n").at(-1) ?? "";
	if (/No such process/.test(line)) return new Failure("process-unknown", { pid }, 2);
	if (scope === 3) return new Failure("attach-forbidden", { pid }, 3);
	if (!isRoot) return new Failure("attach-needs-root", { pid, scope: scope ?? 0 }, 3);
	return new Failure("attach-refused", { pid, detail: line }, 3);
}
