import { readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialServices } from "../../engine/ports.ts";
import { must, systemctl } from "../adoption/services.ts";
import { copiedMounts, fits } from "./copied-mounts.ts";
import { processStatus } from "./processes.ts";

/** Where systemd looks for units that are not there after the next boot. */
const folder = "/run/systemd/system";

export const trialServices: TrialServices = {
	fits,
	copies: copiedMounts,
	async place(text) {
		await clearAbandoned();
		const name = `cagewright-trial-${process.pid}.service`;
		const remove = () => removeUnit(name);
		try {
			writeFileSync(join(folder, name), text, { mode: 0o600 });
			await must(["daemon-reload"]);
			const { output } = await systemctl(["show", "--value", "--property=CanReload", name]);
			return { name, reloads: output.trim() === "yes", remove };
		} catch (error) {
			await remove();
			throw error;
		}
	},
};

async function removeUnit(name: string): Promise<void> {
	await systemctl(["kill", "--signal=KILL", name]);
	await systemctl(["stop", name]);
	try {
		unlinkSync(join(folder, name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	await systemctl(["daemon-reload"]);
	await systemctl(["reset-failed", name]);
}

/** Services of commands that were killed. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(folder)) {
		const pid = Number(/^cagewright-trial-(\d+)\.service$/.exec(file)?.[1] ?? 0);
		if (pid && (pid === process.pid || !processStatus(pid))) await removeUnit(file);
	}
}
