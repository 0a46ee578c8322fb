import { realpathSync } from "node:fs";
import { Failure } from "../core/failure.ts";
import { showPath } from "../core/path/quote.ts";
import { copiedCertificates, deployHook } from "../core/upkeep/deploy-hook.ts";
import { logRotation } from "../core/upkeep/rotation.ts";
import { serverSignals } from "../core/upkeep/signals.ts";
import { presentCage } from "../engine/cages.ts";
import type { Terminal } from "./terminal.ts";

/** What the host runs beside a cage: both are printed, and where they belong is said in them. */

export async function logrotate(terminal: Terminal, name: string): Promise<number> {
	return terminal.withContext(async (context) => {
		const { cage, layout, manifest } = await presentCage(context, name);
		const { files } = context.machine;
		const text = logRotation({ cage, manifest, data: layout.data, files, program: thisProgram(terminal) });
		if (terminal.options.json) terminal.printJson("unit", { name, logrotate: text });
		else terminal.print(text);
		return 0;
	});
}

/** Throws `reload-unknown` (exit 1) where no signal is known, or was seen while tracing, that makes the application read anew. */
export async function hook(terminal: Terminal, name: string): Promise<number> {
	return terminal.withContext(async (context) => {
		const { cage, manifest } = await presentCage(context, name);
		const known = serverSignals(cage.application.command);
		// That a known server lives through HUP does not make it read its certificates.
		const signal = known ? known.reload : cage.signals.includes("SIGHUP") ? "HUP" : undefined;
		if (signal === undefined) throw new Failure("reload-unknown", { name }, 1);
		for (const path of copiedCertificates(manifest)) {
			terminal.say(terminal.messages.cli.certificateCopied(name, showPath(path)));
		}
		const text = deployHook({ program: thisProgram(terminal), name, signal });
		if (terminal.options.json) terminal.printJson("unit", { name, deployHook: text });
		else terminal.print(text);
		return 0;
	});
}

/** Both by their real places: a script of the host has no PATH that one could rely on. */
function thisProgram({ state }: Terminal): string[] {
	return [realpathSync(process.execPath), realpathSync(process.argv[1] ?? ""), "--state", state];
}
