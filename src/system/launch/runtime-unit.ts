import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { systemctl } from "../adoption/services.ts";

/** The folder for units until the next boot (systemd.unit(5)). */
export const runtimeUnits = "/run/systemd/system";

/** Stops one of our services and removes its unit, even if either is gone already. */
export async function removeRuntimeUnit(name: string): Promise<void> {
	await systemctl(["kill", "--signal=KILL", name]);
	await systemctl(["stop", name]);
	try {
		unlinkSync(join(runtimeUnits, name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	await systemctl(["daemon-reload"]);
	await systemctl(["reset-failed", name]);
}
