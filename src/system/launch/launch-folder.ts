import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { emptyName } from "../../core/confinement/launch.ts";

/** Makes the folder that a unit shows as `/.launch`, with its empty directory. The cage's account has to go through both, whatever our umask is. */
export function makeLaunchFolder(folder: string): void {
	for (const directory of [folder, join(folder, emptyName)]) {
		mkdirSync(directory);
		chmodSync(directory, 0o755);
	}
}
