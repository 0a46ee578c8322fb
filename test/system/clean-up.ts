import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Helpers cannot call `afterAll` when they load, because a worker loads them once for many test files. `setup.ts` calls these. */

type Work = () => unknown;
const works: Work[] = [];

/** Does this after the file's tests. The last work is done first. */
export function afterFile(work: Work): void {
	works.push(work);
}

/** Ends a helper's process after the file's tests. */
export function endAfterFile(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): void {
	afterFile(() => endProcess(child, signal));
}

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill(signal);
	await once(child, "close");
}

/** Does all work, even if some of it fails. */
export async function cleanUp(): Promise<void> {
	const errors: unknown[] = [];
	for (const work of works.splice(0).reverse()) {
		try {
			await work();
		} catch (error) {
			errors.push(error);
		}
	}
	if (errors.length) throw errors[0];
}
