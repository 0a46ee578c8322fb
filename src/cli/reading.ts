/**
 * Verbs that show what is stored about cages. Larger groups of verbs contain smaller ones, because the bundle has a file for every
 * combination of groups that share a module, and a verb opens each of its files.
 */

import type { ReadingMachine } from "../base/engine/context.ts";
import { systemFiles } from "../base/host/files.ts";
import { isSuspended, running, runningInEach } from "../base/host/processes.ts";
import { Commands } from "../base/host/tools.ts";
import { changedOrigins } from "../check/host/drift.ts";
import { systemPackages } from "../service/host/packages.ts";
import { cageStore } from "./cage-store.ts";

export { diff } from "../upkeep/verbs/diff.ts";
export { stale } from "../upkeep/verbs/stale.ts";
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
