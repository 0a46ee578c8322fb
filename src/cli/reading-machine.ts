import type { ReadingMachine } from "../engine/context.ts";
import { Commands } from "../system/commands.ts";
import { systemFiles } from "../system/files/files.ts";
import { changedOrigins } from "../system/files/origins.ts";
import { running } from "../system/launch/processes.ts";
import { systemPackages } from "../system/packages/packages.ts";
import { cageStore } from "../system/state/cage-store.ts";

export function readingMachine(state: string): ReadingMachine {
	const files = systemFiles();
	return {
		files,
		packages: systemPackages(files),
		launcher: { running },
		store: cageStore(state),
		commands: new Commands(),
		changedOrigins,
		now: () => Date.now(),
		elapsed: () => performance.now(),
	};
}
