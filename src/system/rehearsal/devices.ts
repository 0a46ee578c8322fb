import { lstatSync, readdirSync } from "node:fs";
import type { CageRoot, RehearsalRoot } from "../../core/confinement/launch.ts";
import { join, pathFromBytes, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { sandboxDevices } from "../../core/plan/devices.ts";

/** The devices that every sandbox has, as far as this machine has them. */
export function harmlessDevices(): CageRoot["devices"] {
	return sandboxDevices.filter(({ path }) => lstatSync(pathToBytes(path), { throwIfNoEntry: false })?.isCharacterDevice());
}

/** Links directly below the host's /dev: `stdin` and its like, and `log` to the journal's socket. */
export function hostDeviceLinks(): RehearsalRoot["deviceLinks"] {
	return readdirSync("/dev", { withFileTypes: true, encoding: "buffer" })
		.filter((entry) => entry.isSymbolicLink())
		.map(({ name }) => join(pathFromText("/dev"), pathFromBytes(name)))
		.filter((path) => path !== "/dev/ptmx");
}
