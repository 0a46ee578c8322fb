import { Failure } from "../core/failure.ts";
import type { Path } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { copiedCertificates, deployFolder, deployHook, logrotateFolder } from "../core/upkeep/hooks.ts";
import { serverSignals } from "../core/upkeep/signals.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { installHook, uninstallHook } from "../engine/upkeep/installation.ts";
import { rotationText } from "../engine/upkeep/log-rotation.ts";
import type { Terminal } from "./terminal.ts";

/** What the host runs beside a cage: printed, or put where logrotate and certbot look. */
export interface HookOptions {
	readonly install?: boolean;
	readonly uninstall?: boolean;
	readonly dryRun?: boolean;
}

export async function logrotate(terminal: Terminal, name: string, options: HookOptions): Promise<number> {
	return host(terminal, name, options, logrotateFolder, async (context) => {
		const { cage, manifest } = await presentCage(context, name);
		const text = rotationText(context, cage, manifest);
		return { text, json: { logrotate: text } };
	});
}

/** Throws `reload-unknown` (exit 1) where no signal is known, or was seen while tracing, that makes the application read anew. */
export async function hook(terminal: Terminal, name: string, options: HookOptions): Promise<number> {
	return host(terminal, name, options, deployFolder, async (context) => {
		const { cage, manifest } = await presentCage(context, name);
		const known = serverSignals(cage.application.command);
		// That a known server lives through HUP does not make it read its certificates.
		const signal = known ? known.reload : cage.signals.includes("SIGHUP") ? "HUP" : undefined;
		if (signal === undefined) throw new Failure("reload-unknown", { name }, 1);
		for (const path of copiedCertificates(manifest)) {
			terminal.say(terminal.messages.cli.certificateCopied(name, showPath(path)));
		}
		const text = deployHook({ program: context.machine.program(), name, signal });
		return { text, json: { deployHook: text } };
	});
}

async function host(
	terminal: Terminal,
	name: string,
	{ dryRun = false, install, uninstall }: HookOptions,
	folder: Path,
	write: (context: Context) => Promise<{ readonly text: string; readonly json: object }>,
): Promise<number> {
	if (dryRun && !install && !uninstall) throw new Failure("option-without", { option: "--dry-run", needs: "--install" }, 2);
	return terminal.withContext(async (context) => {
		if (!install && !uninstall) {
			const { json, text } = await write(context);
			if (terminal.options.json) terminal.printJson("unit", { name, ...json });
			else terminal.print(text);
			return 0;
		}
		const done = uninstall
			? await uninstallHook(context, { folder, name }, dryRun)
			: await installHook(context, { folder, name }, (await write(context)).text, dryRun);
		const { action, text } = done;
		const path = showPath(done.place);
		const words = terminal.messages.cli.unit;
		if (terminal.options.json) terminal.printJson("unit", { name, path, action, dryRun, unit: text });
		else terminal.print((dryRun ? words.would : words.done)[action](path));
		return 0;
	});
}
