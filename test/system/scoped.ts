import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { expect } from "vitest";
import { endProcess } from "./clean-up.ts";
import { eventually } from "./eventually.ts";
import { commandOf } from "./processes.ts";

/** Things that end with the block that declares them, even if it fails: `using` and `await using`. */

/** Ends this process with the block. */
export function scoped<T extends ChildProcess>(child: T, signal: NodeJS.Signals = "SIGKILL"): T & AsyncDisposable {
	return Object.assign(child, { [Symbol.asyncDispose]: () => endProcess(child, signal) });
}

/** A process that runs as this account, for other programs to notice. */
export async function processOf(account: string | number): Promise<ChildProcess & AsyncDisposable> {
	const holder = scoped(spawn("setpriv", [`--reuid=${account}`, "--clear-groups", "sleep", "infinity"], { stdio: "ignore" }));
	await eventually(() => expect(commandOf(holder.pid ?? 0)).toBe("sleep infinity"));
	return holder;
}

/** Mounts something with the options of mount(8). */
export function mounted(place: string, ...options: readonly string[]): Disposable {
	execFileSync("mount", [...options, place]);
	return { [Symbol.dispose]: () => void execFileSync("umount", [place]) };
}
