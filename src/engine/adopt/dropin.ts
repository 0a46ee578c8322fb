import type { Adoption } from "../../core/adoption/adoption.ts";
import { dropinPlace } from "../../core/confinement/unit/installed.ts";
import { cageFolder } from "../cages.ts";
import type { Context } from "../context.ts";
import { installedText } from "../run/installed-unit.ts";

/** The drop-in of an adopted service, with systemd told of it. What somebody changed since is refused (`unit-changed`, exit 4). */

export async function dropinThere(context: Context, name: string, { service }: Adoption): Promise<string | undefined> {
	return installedText(context, name, await context.machine.units.presentPlace(dropinPlace(service)));
}

export async function writeDropin(context: Context, name: string, { dropin, service }: Adoption): Promise<void> {
	const { store, units } = context.machine;
	await units.install(dropinPlace(service), dropin, cageFolder(store, name));
	await units.reload();
}

export async function removeDropin(context: Context, name: string, adoption: Adoption): Promise<void> {
	const { units } = context.machine;
	await dropinThere(context, name, adoption);
	await units.uninstall(await units.presentPlace(dropinPlace(adoption.service)));
	await units.reload();
}
