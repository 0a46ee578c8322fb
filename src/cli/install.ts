import {
	manualFolders,
	packagedFolder,
	programFolder,
	programLink,
	type TimerTask,
	timerPlace,
} from "../core/installation/installation.ts";
import { type Path, parent, pathToJson } from "../core/path/path.ts";
import { quoteCommand, showPath } from "../core/path/quote.ts";
import type { Context } from "../engine/context.ts";
import {
	type InstallRequest,
	installProgram,
	planInstallation,
	planUninstallation,
	uninstallProgram,
} from "../engine/upkeep/installation.ts";
import { programPlace } from "../system/installation/installed-program.ts";
import { systemUnits } from "../system/units/host-units.ts";
import { rootFolder } from "./output-file.ts";
import type { Terminal } from "./terminal.ts";

interface InstallOptions {
	readonly timer?: TimerTask;
	readonly root?: string;
	readonly dryRun?: boolean;
}

export async function install(terminal: Terminal, options: InstallOptions): Promise<number> {
	const words = terminal.messages.cli.install;
	return atRoot(terminal, options, async (context, place) => {
		if (place.program.package() === "running") {
			return terminal.result("install", { places: [], packaged: true }, () => words.packaged(showPath(packagedFolder)));
		}
		const request: InstallRequest = { ...place, state: terminal.state, timer: options.timer ?? "check" };
		if (options.dryRun) {
			const files = await planInstallation(context, request);
			const timer = files.some(({ place: one }) => one === timerPlace);
			return show(terminal, "install", words.would(timer), [programFolder, programLink, ...files.map(({ place: one }) => one)], {
				dryRun: true,
			});
		}
		const { places, timer } = await installProgram(context, request);
		const uninstall = quoteCommand(["cagewright", "uninstall", ...(place.root === "/" ? [] : ["--root", place.root])]);
		return show(terminal, "install", words.installed(timer, uninstall), places, { timer });
	});
}

export async function uninstall(terminal: Terminal, options: InstallOptions): Promise<number> {
	const words = terminal.messages.cli.install;
	return atRoot(terminal, options, async (context, place) => {
		const { dryRun = false } = options;
		const { left, removed } = dryRun ? await planUninstallation(context, place) : await uninstallProgram(context, place);
		for (const one of left) terminal.say(words.left(showPath(one)));
		if (!removed.length) terminal.say(place.program.package() === "none" ? words.nothing : words.ofPackage);
		const title = dryRun ? words.wouldRemove : words.removed;
		return show(terminal, "uninstall", title, removed, { left: left.map(pathToJson), ...(dryRun ? { dryRun } : {}) });
	});
}

async function atRoot(
	terminal: Terminal,
	options: InstallOptions,
	work: (context: Context, place: Pick<InstallRequest, "root" | "program">) => Promise<number>,
): Promise<number> {
	const root = rootFolder(options.root ?? "/");
	return terminal.withContext((context) =>
		work({ ...context, machine: { ...context.machine, units: systemUnits(root) } }, { root, program: programPlace(root) }),
	);
}

function show(terminal: Terminal, verb: string, title: string, places: readonly Path[], more: object): number {
	if (terminal.options.json) terminal.printJson(verb, { places: places.map(pathToJson), ...more });
	else if (places.length) terminal.print([title, ...new Set(places.map((place) => `  ${shortPlace(place)}`))].join("\n"));
	return 0;
}

/** One line for all man pages of a folder. */
function shortPlace(place: Path): string {
	const isInManuals = manualFolders.includes(parent(place));
	return isInManuals ? showPath(place).replace(/cagewright[a-z-]*\./, "cagewright*.") : showPath(place);
}
