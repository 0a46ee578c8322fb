import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loopbackExecutable } from "../../core/confinement/loopback.ts";

const name = "loopback";

/** Where the program lies, in the folder of a launch, that switches the loopback on. */
export const loopbackPlace = (folder: string) => join(folder, name);

/** Puts the program there, and gives its place. */
export function writeLoopback(folder: string): string {
	const place = loopbackPlace(folder);
	writeFileSync(place, loopbackExecutable(process.arch) ?? "", { mode: 0o700 });
	return place;
}
