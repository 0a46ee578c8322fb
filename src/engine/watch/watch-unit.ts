import { argumentWord, programWord } from "../../core/confinement/unit/quote.ts";
import { Failure } from "../../core/failure.ts";
import { pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { programFolder } from "../../core/upkeep/installation.ts";
import { knownCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { watchUnitPlace } from "./alarms.ts";

const unit = "cagewright-watch.service";
/** The owner that the file names. */
const owner = pathToText(programFolder) ?? "";

interface WatchUnit {
	/** If empty, every cage. */
	readonly names: readonly string[];
	/** Options of its command. */
	readonly options: readonly string[];
	/** Reads a file of packaging/. */
	readonly packaged: (name: string) => string;
}

interface ChangedUnit {
	readonly changed: boolean;
	readonly unit: string;
}

/**
 * Writes the watch's unit and starts it, now and at each boot. Throws `cage-unknown` (exit 2), and `install-foreign` or
 * `unit-changed` (exit 4) if somebody else wrote or changed the file.
 */
export async function installWatch(
	context: Context,
	{ names, options, packaged }: WatchUnit,
	dryRun: boolean,
): Promise<ChangedUnit> {
	const { machine } = context;
	const [program = "", ...rest] = machine.program();
	for (const name of names) await knownCage(machine.store, name);
	await requireOurs(context);
	const words = [...rest, "watch", "--journal", ...options, ...names];
	const command = [programWord(program), ...words.map(argumentWord)].join(" ");
	const text = packaged("watch.service").replace("@COMMAND@", () => command);
	if (dryRun) return { changed: true, unit: text };
	await machine.units.install(watchUnitPlace, text, owner);
	// Restart, because an older watch may run.
	await machine.services.enable(unit, false, "/");
	await machine.services.enable(unit, true, "/");
	return { changed: true, unit: text };
}

/** Stops the watch and removes its unit. */
export async function uninstallWatch(context: Context, dryRun: boolean): Promise<ChangedUnit> {
	const { machine } = context;
	const installed = await machine.units.installed(watchUnitPlace);
	if (installed.kind === "none") return { changed: false, unit: "" };
	await requireOurs(context);
	if (dryRun) return { changed: true, unit: "" };
	await machine.services.enable(unit, false, "/");
	await machine.units.uninstall(watchUnitPlace);
	await machine.units.reload();
	return { changed: true, unit: "" };
}

async function requireOurs({ machine: { units } }: Context): Promise<void> {
	const installed = await units.installed(watchUnitPlace);
	if (installed.kind === "foreign") throw new Failure("install-foreign", { path: showPath(watchUnitPlace) }, 4);
	if (installed.kind === "ours" && installed.changed) throw new Failure("unit-changed", { path: showPath(watchUnitPlace) }, 4);
}
