import { readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialServices } from "../../engine/ports.ts";
import { must, systemctl } from "../adoption/services.ts";
import { isLeftover, transientName } from "../state/process.ts";
import { startClient } from "./client-scope.ts";
import { copiedMounts, fits } from "./copied-mounts.ts";

/** Where systemd looks for units that are not there after the next boot. */
const folder = "/run/systemd/system";
const prefix = "cagewright-trial";

export const trialServices: TrialServices = {
	fits,
	copies: copiedMounts,
	async place(text) {
		await clearAbandoned();
		const id = `${prefix}${transientName("scratch")}`;
		const name = `${id}.service`;
		const client = await startClient(`${id}.scope`);
		const remove = async () => {
			try {
				await removeUnit(name);
			} finally {
				client.stdin?.end();
			}
		};
		try {
			writeFileSync(join(folder, name), text(`${id}.scope`), { mode: 0o600 });
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

/** Services of commands that were killed: each ended with its client. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(folder)) {
		const transient = file.startsWith(prefix) && file.endsWith(".service") ? file.slice(prefix.length, -".service".length) : "";
		if (isLeftover(transient)) await removeUnit(file);
	}
}
