import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach } from "vitest";
import { cagewright, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

/** The beginning of metrics, by which they are recognised. */
export const ours = "# HELP cagewright_build_info Version of Cagewright.\n";

/** A state folder with the demonstration, and a folder for its outputs that is empty before each test. */
export function outputFolder(name: string) {
	const state = temporaryState();
	const top = temporaryFolder(name);
	const folder = join(top, "here");
	beforeAll(() => preparedDemo(state));
	beforeEach(() => {
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { mode: 0o755 });
	});
	return {
		state,
		top,
		folder,
		at: (file: string) => join(folder, file),
		metrics: (place: string, ...options: readonly string[]) => cagewright(["metrics", "-o", place, ...options], { state }),
		record: (place: string, ...options: readonly string[]) => cagewright(["record", "demo", "-o", place, ...options], { state }),
	};
}
