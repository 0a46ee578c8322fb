import { argumentWord, programWord } from "../../core/confinement/unit/quote.ts";
import { packagedWatchUnit, programFolder } from "../../core/installation/installation.ts";
import { type Path, pathToText } from "../../core/path/path.ts";
import { alarmUnit } from "../../core/record/alarm-service.ts";
import { knownCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { requireOurs } from "../upkeep/installation.ts";
import { watchUnitPlace } from "./alarms.ts";

/** The owner that the file names. */
const owner = pathToText(programFolder) ?? "";

interface WatchUnit {
	/** If empty, every cage. */
	readonly names: readonly string[];
	/** Options of its command. */
	readonly options: readonly string[];
	/** Reads a file of packaging/. */
	readonly packaged: (name: string) => string;
	/** The text of the unit that the program's package has installed. */
	readonly ofPackage: string | undefined;
}

interface ChangedUnit {
	readonly changed: boolean;
	readonly unit: string;
	/** `packagedWatchUnit` if that one was only enabled or disabled. */
	readonly place: Path;
}

/**
 * Writes the watch's unit, if the package has not installed the same, and starts it, now and at each boot. Throws `cage-unknown` (exit 2), and `install-foreign` or
 * `unit-changed` (exit 4) if somebody else wrote or changed the file.
 */
export async function installWatch(
	context: Context,
	{ names, ofPackage, options, packaged }: WatchUnit,
	dryRun: boolean,
): Promise<ChangedUnit> {
	const { machine } = context;
	const [program = "", ...rest] = machine.program();
	for (const name of names) await knownCage(machine.store, name);
	await requireOurs(machine, watchUnitPlace);
	const words = [...rest, "watch", "--journal", ...options, ...names];
	const command = [programWord(program), ...words.map(argumentWord)].join(" ");
	const text = packaged("watch.service").replace("@COMMAND@", () => command);
	const place = text === ofPackage ? packagedWatchUnit : watchUnitPlace;
	if (dryRun) return { changed: true, unit: text, place };
	if (place === watchUnitPlace) await machine.units.install(place, text, owner);
	// A unit with other options would override the package's unit.
	else if ((await machine.units.installed(watchUnitPlace)).kind === "ours") await machine.units.uninstall(watchUnitPlace);
	// Restart, because an older watch may run.
	await machine.services.enable(alarmUnit, false, "/");
	await machine.services.enable(alarmUnit, true, "/");
	return { changed: true, unit: text, place };
}

/** Stops the watch and removes its unit. A package's unit stays, disabled. */
export async function uninstallWatch(
	context: Context,
	{ ofPackage }: Pick<WatchUnit, "ofPackage">,
	dryRun: boolean,
): Promise<ChangedUnit> {
	const { machine } = context;
	const hasFile = (await machine.units.installed(watchUnitPlace)).kind !== "none";
	const place = hasFile || ofPackage === undefined ? watchUnitPlace : packagedWatchUnit;
	const done = { changed: hasFile || ofPackage !== undefined, unit: "", place };
	if (!done.changed) return done;
	await requireOurs(machine, watchUnitPlace);
	if (dryRun) return done;
	await machine.services.enable(alarmUnit, false, "/");
	if (hasFile) await machine.units.uninstall(watchUnitPlace);
	await machine.units.reload();
	return done;
}
