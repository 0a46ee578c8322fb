import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import { knownCage } from "../../cage/engine/cages.ts";
import { requireOurs } from "../../install/engine/installation.ts";
import { packagedWatchUnit, programFolder } from "../../install/installation.ts";
import { alarmUnit } from "../../record/record.ts";
import { errorText } from "../../service/error-text.ts";
import { argumentWord, programWord } from "../../unit/lines.ts";

/** Path of the watch's unit. */
const watchUnitPlace = pathFromText("/etc/systemd/system/cagewright-watch.service");

/** The owner that the file names. */
const owner = pathToText(programFolder) ?? "";

interface WatchUnit {
	/** If empty, every cage. */
	readonly names: readonly string[];
	/** Options of its command. */
	readonly options: readonly string[];
	/** Reads a file of the release. */
	readonly released: (path: string) => string;
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
 * Writes the watch's unit, if the package has not installed the same, and starts it, now and at each boot. Throws `cage-unknown` (exit 2), `install-foreign` or
 * `unit-changed` (exit 4) if somebody else wrote or changed the file, and `watch-not-running` (exit 1). After a failure or a signal,
 * everything is as before.
 */
export async function installWatch(
	context: Context,
	{ names, ofPackage, options, released }: WatchUnit,
	dryRun: boolean,
): Promise<ChangedUnit> {
	const { machine } = context;
	const [program = "", ...rest] = machine.program();
	for (const name of names) await knownCage(machine.store, name);
	await requireOurs(machine, watchUnitPlace);
	const words = [...rest, "watch", "--journal", ...options, ...names];
	const command = [programWord(program), ...words.map(argumentWord)].join(" ");
	const text = released("packaging/watch.service").replace("@COMMAND@", () => command);
	const place = text === ofPackage ? packagedWatchUnit : watchUnitPlace;
	if (dryRun) return { changed: true, unit: text, place };
	const before = await stateBefore(context);
	try {
		context.signal.throwIfAborted();
		if (place === watchUnitPlace) await machine.units.install(place, text, owner);
		// A unit with other options would override the package's unit.
		else if (before.text !== undefined) await machine.units.uninstall(watchUnitPlace);
		// Restart, because an older watch may run.
		await machine.services.enable(alarmUnit, false, "/");
		context.signal.throwIfAborted();
		await start(context);
		context.signal.throwIfAborted();
	} catch (error) {
		await restore(context, before);
		throw error;
	}
	return { changed: true, unit: text, place };
}

/** The watch before its installation. */
interface StateBefore {
	/** The unit among the administrator's. */
	readonly text?: string;
	readonly isEnabled: boolean;
	readonly isActive: boolean;
}

async function stateBefore({ machine: { services, units } }: Context): Promise<StateBefore> {
	const installed = await units.installed(watchUnitPlace);
	const isLive = services.running();
	return {
		...(installed.kind === "ours" ? { text: installed.text } : {}),
		isEnabled: isLive && (await services.isEnabled(alarmUnit)),
		isActive: isLive && (await services.state(alarmUnit)).active === "active",
	};
}

/** Resolves once the watch reads everything that it must. Throws `watch-not-running` (exit 1) with its own words. */
async function start({ machine: { now, services } }: Context): Promise<void> {
	const isLive = services.running();
	const since = now();
	const problem = await services.enable(alarmUnit, true, "/").catch((error: unknown) => {
		if (!isLive || !(error instanceof Failure)) throw error;
		return String(error.values.detail ?? "");
	});
	if (!isLive) return;
	const { active } = await services.state(alarmUnit);
	if (problem === undefined && active === "active") return;
	const words = errorText(await services.output(alarmUnit, since)) || problem || active;
	throw new Failure("watch-not-running", { unit: alarmUnit, words }, 1);
}

async function restore({ machine: { services, units } }: Context, { isActive, isEnabled, text }: StateBefore): Promise<void> {
	await services.enable(alarmUnit, false, "/");
	if (text === undefined) await units.uninstall(watchUnitPlace);
	else await units.install(watchUnitPlace, text, owner);
	if (services.running()) {
		await units.reload();
		await services.forgetFailure(alarmUnit);
	}
	// The earlier watch may not run either, for the same reason.
	if (isEnabled) await services.enable(alarmUnit, true, "/").catch(() => {});
	else if (isActive) await services.start(alarmUnit, { triggers: [], dependents: [] }).catch(() => {});
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
