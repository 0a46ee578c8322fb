import { unitName } from "../../core/confinement/unit/installed.ts";
import { Failure } from "../../core/failure.ts";
import { pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { nextSteps } from "../../core/questions/next-steps.ts";
import type { MadeCage } from "../../engine/build/make.ts";
import { warningsOf } from "../../engine/build/unproven.ts";
import { layoutOf } from "../../engine/cages.ts";
import type { Context, Machine } from "../../engine/context.ts";
import { installUnit } from "../../engine/run/installed-unit.ts";
import { judgeUnit } from "../../engine/run/unit.ts";
import type { Finished, InstalledUnit, RecordNames } from "./values.ts";

/** What there is to say and to do once a cage stands. */

export interface Afterwards {
	/** Where the cage lives, where that has to be said. */
	readonly state?: string;
	/** The service of the host that is the same application. */
	readonly service?: string;
	/** What makes the same cage. */
	readonly command: string;
	readonly names: RecordNames;
}

export function finishedWith(machine: Machine, made: MadeCage, { command, names, service, state }: Afterwards): Finished {
	const { name } = made.cage;
	const layout = layoutOf(machine.store, made.manifest);
	const installs = canInstall(machine);
	const known = service === undefined ? {} : { service };
	return {
		name,
		root: pathToText(layout.root) ?? "",
		data: pathToText(layout.data) ?? "",
		record: made.record,
		answered: made.answered,
		warnings: warningsOf(made),
		command,
		...known,
		installs,
		names,
		next: nextSteps({ name, installs, again: command, ...known, ...(state === undefined ? {} : { state }) }),
	};
}

function canInstall({ accounts, services }: Machine): boolean {
	return accounts.own() === undefined && services.running();
}

/** Throws what `judgeUnit` and `installUnit` throw, and `unit-needs-systemd` (exit 3). */
export async function installFor(
	context: Context,
	name: string,
	service: string | undefined,
	full: boolean,
): Promise<InstalledUnit> {
	if (!canInstall(context.machine)) throw new Failure("no-systemd", {}, 3);
	await judgeUnit(context, name, full);
	const { action, place } = await installUnit(context, { name, ...(service === undefined ? {} : { service }) }, false);
	return { action, place: showPath(place), unit: service ?? unitName(name) };
}
