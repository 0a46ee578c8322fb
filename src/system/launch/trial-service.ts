import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialServices } from "../../engine/systemd-ports.ts";
import { must, systemctl } from "../adoption/services.ts";
import { isLeftover, transientName } from "../state/process.ts";
import { startClient } from "./client-scope.ts";
import { copiedMounts, fits } from "./copied-mounts.ts";
import { removeRuntimeUnit, runtimeUnits } from "./runtime-unit.ts";

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
				await removeRuntimeUnit(name);
			} finally {
				client.stdin?.end();
			}
		};
		try {
			writeFileSync(join(runtimeUnits, name), text(`${id}.scope`), { mode: 0o600 });
			await must(["daemon-reload"]);
			const { output } = await systemctl(["show", "--value", "--property=CanReload", name]);
			return { name, reloads: output.trim() === "yes", remove };
		} catch (error) {
			await remove();
			throw error;
		}
	},
};

/** Services of commands that were killed: each ended with its client. */
async function clearAbandoned(): Promise<void> {
	for (const file of readdirSync(runtimeUnits)) {
		const transient = file.startsWith(prefix) && file.endsWith(".service") ? file.slice(prefix.length, -".service".length) : "";
		if (isLeftover(transient)) await removeRuntimeUnit(file);
	}
}
