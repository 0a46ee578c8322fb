import { readFileSync } from "node:fs";
import type { Features } from "../../core/confinement/method.ts";
import { keep, known, stateOf } from "./known.ts";
import { findTool } from "./tools.ts";

/**
 * The features of this machine (measured: asking anew takes a fifth of a start). They hold for one boot of the kernel, for these very
 * programs, and for a process with these rights. Should they be wrong all the same, the launch fails: nothing is started with less.
 */

type Kept = Omit<Features, "bubblewrapLacks" | "systemdRunLacks" | "systemdVersion">;
const file = "features.json";

/** Undefined where nothing is known that still holds. */
export function knownFeatures(state: string, tools: readonly string[]): Kept | undefined {
	return known<Kept>(state, file, () => keyOf(tools));
}

export function keepFeatures(state: string, tools: readonly string[], features: Kept): void {
	keep(state, file, features, () => keyOf(tools));
}

function keyOf(tools: readonly string[]): string {
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
	const rights = /^(CapBnd|Seccomp_filters):.*$/gm;
	const process = readFileSync("/proc/self/status", "latin1").match(rights) ?? [];
	return [boot, ...process, ...tools.map((name) => stateOf(findTool(name) ?? name))].join("\n");
}
