import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { CageRoot, RehearsalRoot } from "../../core/confinement/launch.ts";
import { pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { sandboxDevices } from "../../core/plan/devices.ts";

/** The devices that every sandbox has, as far as this machine has them. */
export function harmlessDevices(): CageRoot["devices"] {
	return sandboxDevices.filter(({ path }) => lstatSync(pathToBytes(path), { throwIfNoEntry: false })?.isCharacterDevice());
}

/** Links directly below the host's /dev, e.g. `log` to the journal's socket. Those of the launcher's own are left out. */
export function hostDeviceLinks(): RehearsalRoot["deviceLinks"] {
	return readdirSync("/dev", { withFileTypes: true }).flatMap((entry) =>
		entry.isSymbolicLink() && !own.has(entry.name)
			? [[entry.name, pathFromBytes(readlinkSync(`/dev/${entry.name}`, { encoding: "buffer" }))] as const]
			: [],
	);
}

const own = new Set(["fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm", "mqueue"]);
