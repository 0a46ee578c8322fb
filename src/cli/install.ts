import { resolve } from "node:path";
import type { Path } from "../core/path/path.ts";
import { pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { programFolder, programLink, type TimerTask, type Verb } from "../core/upkeep/installation.ts";
import type { Context } from "../engine/context.ts";
import {
	type InstallRequest,
	installProgram,
	planInstallation,
	planUninstallation,
	uninstallProgram,
} from "../engine/upkeep/installation.ts";
import { programPlace } from "../system/installation/program.ts";
import { systemUnits } from "../system/units/host-units.ts";
import type { Terminal } from "./terminal.ts";

export interface InstallOptions {
	readonly timer?: TimerTask;
	readonly root?: string;
	readonly dryRun?: boolean;
}

/** Puts the program in its fixed place, with completion, hooks of the package manager and a timer. */
export async function install(terminal: Terminal, options: InstallOptions, verbs: readonly Verb[]): Promise<number> {
	const words = terminal.messages.cli.install;
	return within(terminal, options, async (context, place) => {
		const request: InstallRequest = { ...place, state: terminal.state, timer: options.timer ?? "check", verbs };
		if (options.dryRun) {
			const files = await planInstallation(context, request);
			return show(terminal, "install", words.would, [programFolder, programLink, ...files.map(({ place: one }) => one)], {
				dryRun: true,
			});
		}
		const { places, timer } = await installProgram(context, request);
		return show(terminal, "install", words.installed(timer), places, { timer });
	});
}

/** Takes all of that away again. */
export async function uninstall(terminal: Terminal, options: InstallOptions): Promise<number> {
	const words = terminal.messages.cli.install;
	return within(terminal, options, async (context, place) => {
		const { dryRun = false } = options;
		const { left, removed } = dryRun ? await planUninstallation(context, place) : await uninstallProgram(context, place);
		for (const one of left) terminal.say(words.left(showPath(one)));
		if (!removed.length) terminal.say(words.nothing);
		const title = dryRun ? words.wouldRemove : words.removed;
		return show(terminal, "uninstall", title, removed, { left: left.map(pathToJson), ...(dryRun ? { dryRun } : {}) });
	});
}

async function within(
	terminal: Terminal,
	options: InstallOptions,
	work: (context: Context, place: Pick<InstallRequest, "root" | "program">) => Promise<number>,
): Promise<number> {
	const root = resolve(options.root ?? "/");
	return terminal.withContext((context) =>
		work({ ...context, machine: { ...context.machine, units: systemUnits(root) } }, { root, program: programPlace(root) }),
	);
}

function show(terminal: Terminal, verb: string, title: string, places: readonly Path[], more: object): number {
	if (terminal.options.json) terminal.printJson(verb, { places: places.map(pathToJson), ...more });
	else if (places.length) terminal.print([title, ...places.map((place) => `  ${showPath(place)}`)].join("\n"));
	return 0;
}
