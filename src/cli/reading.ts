/**
 * Verbs that show what is stored about cages. Larger groups of verbs contain smaller ones, because the bundle has a file for every
 * combination of groups that share a module, and a verb opens each of its files.
 */

import type { ReadingMachine } from "../engine/context.ts";
import { Commands } from "../system/commands.ts";
import { changedOrigins } from "../system/files/drift.ts";
import { systemFiles } from "../system/files/files.ts";
import { isSuspended, running, runningInEach } from "../system/launch/processes.ts";
import { systemPackages } from "../system/packages/packages.ts";
import { cageStore } from "../system/state/cage-store.ts";

export { diff } from "./diff.ts";
export { stale } from "./stale.ts";
export { openTerminal } from "./terminal.ts";

export function machine(state: string): ReadingMachine {
	const files = systemFiles();
	return {
		files,
		packages: systemPackages(files),
		launcher: { isSuspended, running, runningInEach },
		store: cageStore(state),
		commands: new Commands(),
		changedOrigins,
		now: () => Date.now(),
		elapsed: () => performance.now(),
	};
}
