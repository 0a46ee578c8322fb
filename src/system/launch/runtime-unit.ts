import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { systemctl } from "../adoption/services.ts";

/** Where units are that last until the next boot (systemd.unit(5)). */
export const runtimeUnits = "/run/systemd/system";

/** Ends a service of ours and removes its unit, also if either is gone already. */
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
