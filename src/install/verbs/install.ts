import type { Context } from "../../base/engine/context.ts";
import { type Path, parent, pathToJson } from "../../base/path/path.ts";
import { quoteCommand, showPath } from "../../base/path/quote.ts";
import { rootFolder } from "../../cli/output-file.ts";
import type { Results } from "../../cli/results.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { systemUnits } from "../../unit/host/host-units.ts";
import {
	type InstallRequest,
	installProgram,
	planInstallation,
	planUninstallation,
	uninstallProgram,
} from "../engine/installation.ts";
import { programPlace } from "../host/installed-program.ts";
import { manualFolders, packagedFolder, programFolder, programLink, type TimerTask, timerPlace } from "../installation.ts";

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
			const places = [programFolder, programLink, ...files.map(({ place: one }) => one)];
			return show(terminal, "install", { places: places.map(pathToJson), dryRun: true }, placesText(words.would(timer), places));
		}
		const { places, timer } = await installProgram(context, request);
		const uninstall = quoteCommand(["cagewright", "uninstall", ...(place.root === "/" ? [] : ["--root", place.root])]);
		return show(
			terminal,
			"install",
			{ places: places.map(pathToJson), timer },
			placesText(words.installed(timer, uninstall), places),
		);
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
		const result = { places: removed.map(pathToJson), left: left.map(pathToJson), ...(dryRun ? { dryRun } : {}) };
		return show(terminal, "uninstall", result, placesText(title, removed));
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

/** Prints nothing instead of an empty text. */
function show<Verb extends "install" | "uninstall">(terminal: Terminal, verb: Verb, result: Results[Verb], text: string): number {
	if (terminal.options.json) terminal.printJson(verb, result);
	else if (text !== "") terminal.print(text);
	return 0;
}

function placesText(title: string, places: readonly Path[]): string {
	return places.length ? [title, ...new Set(places.map((place) => `  ${shortPlace(place)}`))].join("\n") : "";
}

/** One line for all man pages of a folder. */
function shortPlace(place: Path): string {
	const isInManuals = manualFolders.includes(parent(place));
	return isInManuals ? showPath(place).replace(/cagewright[a-z-]*\./, "cagewright*.") : showPath(place);
}
