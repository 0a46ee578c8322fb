import { administratorsUnits, dropinNames } from "../../core/confinement/unit/installed.ts";
import { baseName, type Path, parent, pathFromText, pathToText } from "../../core/path/path.ts";
import { cageFolder } from "../cages.ts";
import type { Context } from "../context.ts";

/** A unit that was installed for a cage. */
export interface UnitOfCage {
	readonly place: Path;
	/** The service of the host that a drop-in is for; absent for the cage's own unit. */
	readonly service?: string;
}

export async function unitsOf({ machine }: Context, name: string): Promise<UnitOfCage[]> {
	// Units of the system are root's; without root a unit starts `run`.
	if (machine.accounts.own()) return [];
	const places = await machine.units.installedFor(cageFolder(machine.store, name));
	return places.map((place) => {
		const folder = baseName(parent(place));
		const isDropin =
			dropinNames.some((known) => baseName(place) === pathFromText(known)) && parent(parent(place)) === administratorsUnits;
		return isDropin && folder.endsWith(".d") ? { place, service: pathToText(folder.slice(0, -2) as Path) ?? "" } : { place };
	});
}
