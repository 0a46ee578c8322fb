import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { hookPlace } from "../../core/upkeep/hooks.ts";
import { cageFolder, knownCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { type InstalledUnit, installedText } from "../run/installed-unit.ts";

/** A file of a cage in a folder of logrotate or certbot. */
export interface Hook {
	readonly name: string;
	readonly folder: Path;
}

/**
 * Puts it there. Nothing that is not ours as we left it is overwritten (`unit-foreign`, `unit-changed`, `unit-of-other`, exit 4), and no folder is made
 * for a program that is not there (`no-such-directory`, exit 2).
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

/** Takes it away again. Fails with `unit-not-installed` (exit 1) or as `installHook` refuses. */
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
	const lock = await store.lock(name);
	try {
		context.signal.throwIfAborted();
		await change();
		if (await store.cage(name)) await store.log(name, "hook", { action: done.action, path: showPath(done.place) });
	} finally {
		await lock.release();
	}
}
