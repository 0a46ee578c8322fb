import { resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { type Path, parent, pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { copiedCertificates, deployFolder, deployHook, logrotateFolder } from "../core/upkeep/hooks.ts";
import { manualFolders, packagedFolder, programFolder, programLink, type TimerTask } from "../core/upkeep/installation.ts";
import { serverSignals } from "../core/upkeep/signals.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import type { Finding } from "../engine/ports.ts";
import {
	type InstallRequest,
	installHook,
	installProgram,
	planInstallation,
	planUninstallation,
	uninstallHook,
	uninstallProgram,
} from "../engine/upkeep/installation.ts";
import { rotationText } from "../engine/upkeep/log-rotation.ts";
import { table } from "../report/format.ts";
import { programPlace } from "../system/installation/program.ts";
import { systemUnits } from "../system/units/host-units.ts";
import type { Terminal } from "./terminal.ts";

export async function doctor(terminal: Terminal, fix: boolean): Promise<number> {
	const words = terminal.messages.cli.doctor;
	return terminal.withContext(async ({ machine }) => {
		let findings = machine.doctor.examine();
		const missing = () => findings.filter(({ state }) => state === "missing");
		// Also for a finding that only makes cages weaker: the package is optional there.
		const packages = () => findings.flatMap(({ package: name, state }) => (state !== "ok" && name ? [name] : []));
		if (fix && packages().length) {
			await machine.doctor.install(packages(), (line) => {
				if (!terminal.options.quiet) terminal.say(line);
			});
			findings = machine.doctor.examine();
		}
		const advice = ({ state, what }: Finding) => (state === "ok" ? undefined : words.advice[what]);
		if (terminal.options.json) {
			const described = findings.map((one) => ({
				...one,
				ok: one.state !== "missing",
				means: words.needs[one.what],
				advice: advice(one),
			}));
			terminal.printJson("doctor", { findings: described, ok: !missing().length });
		} else {
			const rows = findings.map(({ found, notRunning, state, what }) => {
				const shown = notRunning ? words.notRunning(found) : found;
				return [words.states[state], what, shown, words.needs[what]];
			});
			terminal.print(table([words.head, ...rows]));
			for (const one of findings) {
				const text = advice(one);
				if (text) terminal.print(`${words.states[one.state]} ${one.what}: ${text}`);
			}
			if (packages().length) terminal.print(words.fix(packages()));
			else if (!missing().length) terminal.print(words.fine);
		}
		return missing().length ? 3 : 0;
	});
}

export interface InstallOptions {
	readonly timer?: TimerTask;
	readonly root?: string;
	readonly dryRun?: boolean;
}

export async function install(terminal: Terminal, options: InstallOptions): Promise<number> {
	const words = terminal.messages.cli.install;
	return atRoot(terminal, options, async (context, place) => {
		if (place.program.package() === "running") {
			if (terminal.options.json) terminal.printJson("install", { places: [], packaged: true });
			else terminal.print(words.packaged(showPath(packagedFolder)));
			return 0;
		}
		const request: InstallRequest = { ...place, state: terminal.state, timer: options.timer ?? "check" };
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
	const root = resolve(options.root ?? "/");
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

/** Options of a file that the host needs for a cage: printed, or written where logrotate and certbot look. */
interface HookOptions {
	readonly install?: boolean;
	readonly uninstall?: boolean;
	readonly dryRun?: boolean;
}

export async function logrotate(terminal: Terminal, name: string, options: HookOptions): Promise<number> {
	return printOrInstall(terminal, name, options, logrotateFolder, async (context) => {
		const { cage, manifest } = await presentCage(context, name);
		const text = rotationText(context, cage, manifest);
		return { text, json: { logrotate: text } };
	});
}

/** Throws `reload-unknown` (exit 1) if neither our tables nor the trace know a signal that reloads the application. */
export async function hook(terminal: Terminal, name: string, options: HookOptions): Promise<number> {
	return printOrInstall(terminal, name, options, deployFolder, async (context) => {
		const { cage, manifest } = await presentCage(context, name);
		const known = serverSignals(cage.application.command);
		// A known server that survives HUP does not necessarily read its certificates again.
		const signal = known ? known.reload : cage.signals.includes("SIGHUP") ? "HUP" : undefined;
		if (signal === undefined) throw new Failure("reload-unknown", { name }, 1);
		for (const path of copiedCertificates(manifest)) {
			terminal.say(terminal.messages.cli.certificateCopied(name, showPath(path)));
		}
		const text = deployHook({ program: context.machine.program(), name, signal });
		return { text, json: { deployHook: text } };
	});
}

async function printOrInstall(
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
