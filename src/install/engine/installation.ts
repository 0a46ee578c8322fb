import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { type Path, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cageFolder, knownCage } from "../../cage/engine/cages.ts";
import { type InstalledUnit, installedText } from "../../unit/engine/installed-unit.ts";
import { hookPlace } from "../../unit/hooks.ts";
import {
	installedFiles,
	installedPlaces,
	manualPlace,
	packagedFolder,
	programFolder,
	programLink,
	type TimerTask,
	timerPlace,
	timerUnit,
} from "../installation.ts";
import type { ProgramPlace } from "../ports.ts";

export interface InstallRequest {
	readonly state: string;
	readonly timer: TimerTask;
	/** The system's root. `/` is the running system. */
	readonly root: string;
	readonly program: ProgramPlace;
}

interface Installation {
	/** Every place that is or would be written. */
	readonly places: readonly Path[];
	/** Whether the timer runs now or will run after the next boot. */
	readonly timer: boolean;
}

const folder = pathToText(programFolder) ?? "";

/**
 * The files that `installProgram` would write. Throws `install-packaged` (exit 4) if a package has installed the program,
 * `install-foreign` if somebody else's file is at one of the places, and `unit-changed` if one of ours was edited.
 */
export async function planInstallation({ machine }: Context, request: InstallRequest) {
	if (request.program.package() !== "none") throw new Failure("install-packaged", { path: showPath(packagedFolder) }, 4);
	if ((await request.program.state()) === "foreign") throw new Failure("install-foreign", { path: showPath(programLink) }, 4);
	if ((await request.program.folder()) === "foreign") throw new Failure("install-foreign", { path: showPath(programFolder) }, 4);
	const is = (path: string) => machine.files.resolve(`${request.root === "/" ? "" : request.root}${path}` as Path) !== undefined;
	const has = {
		apt: is("/etc/apt/apt.conf.d"),
		dnf: is("/etc/dnf/plugins/post-transaction-actions.d"),
		dnf5: is("/etc/dnf/libdnf5-plugins/actions.d"),
		systemd: is("/etc/systemd/system"),
	};
	const files = installedFiles({ ...request, has, manuals: request.program.manuals() }, (path) => request.program.released(path));
	for (const { place } of files) await requireOurs(machine, place);
	return files;
}

/** Installs program, completion, hooks and timer. Removes files of an earlier choice (`--timer none`). */
export async function installProgram(context: Context, request: InstallRequest): Promise<Installation> {
	const { machine } = context;
	const files = await planInstallation(context, request);
	await request.program.install();
	for (const { place, text } of files) await machine.units.install(place, text, folder);
	for (const place of placesOf(request.program)) {
		if (!files.some((file) => file.place === place)) await removeOurs(context, place);
	}
	const hasTimer = files.some(({ place }) => place.endsWith(".timer"));
	await machine.services.enable(timerUnit, hasTimer, request.root);
	return { places: [programFolder, programLink, ...files.map(({ place }) => place)], timer: hasTimer };
}

/** Lists what `uninstallProgram` would remove and leave. Changes nothing. */
export async function planUninstallation(
	{ machine: { units } }: Context,
	{ program }: Pick<InstallRequest, "program">,
): Promise<{ readonly removed: readonly Path[]; readonly left: readonly Path[] }> {
	const removed: Path[] = [];
	const left: Path[] = [];
	for (const place of placesOf(program)) {
		const installed = await units.installed(place);
		if (installed.kind !== "none") (installed.kind === "ours" && !installed.changed ? removed : left).push(place);
	}
	if (await isLeft(program)) left.push(programFolder);
	else if ((await program.state()) === "ours") removed.push(programFolder, programLink);
	return { removed, left };
}

/** Removes exactly that: no cage, no template and no unit of a cage. Edited files stay and are listed in `left`. */
export async function uninstallProgram(
	context: Context,
	{ program, root }: Pick<InstallRequest, "program" | "root">,
): Promise<{ readonly removed: readonly Path[]; readonly left: readonly Path[] }> {
	const { machine } = context;
	const removed: Path[] = [];
	const left: Path[] = [];
	const hasTimer = (await machine.units.installed(timerPlace)).kind === "ours";
	if (hasTimer) await machine.services.enable(timerUnit, false, root);
	for (const place of placesOf(program)) {
		const installed = await machine.units.installed(place);
		if (installed.kind === "none") continue;
		if (installed.kind === "ours" && !installed.changed && (await removeOurs(context, place))) removed.push(place);
		else left.push(place);
	}
	if (root === "/") await machine.units.reload();
	if (await program.uninstall()) removed.push(programFolder, programLink);
	else if (await isLeft(program)) left.push(programFolder);
	return { removed, left };
}

/** Whether the program's folder is not ours to remove. */
async function isLeft(program: ProgramPlace): Promise<boolean> {
	return ["clone", "foreign"].includes(await program.folder());
}

/** Every place that this or another version may have written to. */
function placesOf(program: ProgramPlace): readonly Path[] {
	return [...installedPlaces, ...program.installedManuals().map(manualPlace)];
}

/** Throws `install-foreign` or `unit-changed` (exit 4) if somebody else wrote or changed the file. */
export async function requireOurs({ units }: Context["machine"], place: Path): Promise<void> {
	const installed = await units.installed(place);
	if (installed.kind === "foreign") throw new Failure("install-foreign", { path: showPath(place) }, 4);
	if (installed.kind === "ours" && installed.changed) throw new Failure("unit-changed", { path: showPath(place) }, 4);
}

async function removeOurs({ machine: { units } }: Context, place: Path): Promise<boolean> {
	const installed = await units.installed(place);
	if (installed.kind !== "ours" || installed.changed) return false;
	await units.uninstall(place);
	return true;
}

/** A cage's file in a folder of logrotate or certbot. */
interface Hook {
	readonly name: string;
	readonly folder: Path;
}

/**
 * Installs a hook. Never overwrites a file that was edited or belongs to somebody else (`unit-foreign`, `unit-changed`,
 * `unit-of-other`, exit 4), and never creates the folder of a program that is not installed (`no-such-directory`, exit 2).
 */
export async function installHook(
	context: Context,
	{ folder, name }: Hook,
	text: string,
	dryRun: boolean,
): Promise<InstalledUnit> {
	const { files, store, units } = context.machine;
	await knownCage(store, name);
	const place = hookPlace(folder, name);
	if (files.resolve(folder) === undefined) throw new Failure("no-such-directory", { path: showPath(folder) }, 2);
	const before = await installedText(context, name, place);
	const action = before === undefined ? "installed" : before === text ? "unchanged" : "replaced";
	const done: InstalledUnit = { place, text, action, reloaded: false };
	if (dryRun || action === "unchanged") return done;
	await changed(context, name, done, () => units.install(place, text, cageFolder(store, name)));
	return done;
}

/** Removes a hook. Throws `unit-not-installed` (exit 1), or refuses like `installHook`. */
export async function uninstallHook(context: Context, { folder, name }: Hook, dryRun: boolean): Promise<InstalledUnit> {
	const place = hookPlace(folder, name);
	const text = await installedText(context, name, place);
	if (text === undefined) throw new Failure("unit-not-installed", { path: showPath(place) });
	const done: InstalledUnit = { place, text, action: "removed", reloaded: false };
	if (!dryRun) await changed(context, name, done, () => context.machine.units.uninstall(place));
	return done;
}

async function changed(context: Context, name: string, done: InstalledUnit, change: () => Promise<void>): Promise<void> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	context.signal.throwIfAborted();
	await change();
	if (await store.cage(name)) await store.log(name, "hook", { action: done.action, path: showPath(done.place) });
}
