import { readlinkSync, statSync } from "node:fs";
import { Failure } from "../../base/failure.ts";
import { failureProbe, nativeProgramFile } from "../../base/host/release.ts";
import { startTool } from "../../base/host/tools.ts";
import type { Architecture } from "../../confine/seccomp/syscalls.ts";
import type { FailureWatch, FailureWatchRequest } from "../ports.ts";
import { failureSize, parseFailure } from "../result.ts";

/** As in native/failures.h, for generations of a cage that run side by side. */
const mostNamespaces = 4;
/** Records of native/failures.c with these numbers say that it watches, and that it records no more. */
const [watches, isFull] = [0xffff_ffff, 0xffff_fffe];

/**
 * Records failing calls in running cages in the kernel. Throws `watch-impossible` or `watch-not-built`, and `watch` throws
 * `watch-no-namespace` (exit 3).
 */
export async function watchFailures({ cwd, onFailure, onFull }: FailureWatchRequest): Promise<FailureWatch> {
	if (process.geteuid?.() !== 0) throw impossible("root");
	const loader = nativeProgramFile("failures");
	const probe = failureProbe();
	if (probe === undefined) throw new Failure("watch-not-built", {}, 3);
	const child = startTool(loader, [probe], {
		stdio: ["pipe", "pipe", "pipe"],
		// We pass terminal signals on, so that pending observations are reported first.
		detached: true,
	});
	let problem = "";
	child.stderr.on("data", (chunk: Buffer) => {
		problem = (problem + chunk.toString("latin1")).slice(-1000);
	});
	child.stdin.on("error", () => {});
	const ended = new Promise<void>((resolve) => {
		child.on("error", (error) => {
			problem = error.message;
			resolve();
		});
		child.on("close", () => resolve());
	});
	let rest: Buffer = Buffer.alloc(0);
	const ready = new Promise<boolean>((resolve) => {
		child.stdout.on("data", (chunk: Buffer) => {
			for (rest = Buffer.concat([rest, chunk]); rest.length >= failureSize; rest = rest.subarray(failureSize)) {
				const record = rest.subarray(0, failureSize);
				const number = record.readUInt32LE();
				if (number === watches) resolve(true);
				else if (number === isFull) onFull();
				const failure = parseFailure(record, process.arch as Architecture, cwd);
				if (failure) onFailure(failure);
			}
		});
		void ended.then(() => resolve(false));
	});
	if (!(await ready)) throw impossible(problem.trim().replace(/\s+/g, " ").slice(0, 200));
	let sent: Buffer = Buffer.alloc(0);
	return {
		ended,
		watch(processes) {
			const namespaces = namespacesOf(processes);
			if (namespaces === undefined || namespaces.equals(sent)) return;
			child.stdin.write(namespaces);
			sent = namespaces;
		},
		async stop() {
			child.stdin.end();
			const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
			await ended;
			clearTimeout(timer);
		},
	};
}

/** Device and inode of each, the newest last, as native/failures.c reads them. Undefined without any. */
function namespacesOf(processes: readonly number[]): Buffer | undefined {
	const host = readlinkSync("/proc/self/ns/pid");
	const found = new Map<string, readonly [device: bigint, inode: bigint]>();
	for (const pid of processes) {
		try {
			const place = `/proc/${pid}/ns/pid`;
			const target = readlinkSync(place);
			if (target === host) throw new Failure("watch-no-namespace", { pid }, 3);
			const { dev, ino } = statSync(place, { bigint: true });
			found.set(target, [dev, ino]);
		} catch (error) {
			// A process may end at any moment.
			if (error instanceof Failure) throw error;
		}
	}
	if (found.size === 0) return undefined;
	const bytes = Buffer.alloc(mostNamespaces * 16);
	for (const [index, number] of [...found.values()].slice(-mostNamespaces).flat().entries())
		bytes.writeBigUInt64LE(number, index * 8);
	return bytes;
}

function impossible(detail: string): Failure {
	return new Failure("watch-impossible", { detail }, 3);
}
