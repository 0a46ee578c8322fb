import { realpathSync } from "node:fs";
import { userUnit } from "../core/confinement/user-unit.ts";
import { Failure } from "../core/failure.ts";
import { parent, pathToText } from "../core/path/path.ts";
import type { Machine } from "../engine/context.ts";

/** The unit of a cage that was made without root: it starts this program, from anywhere, with the state that holds the cage. */
export function ownUnitText({ store }: Machine, name: string): string {
	// STATE/cages/NAME/data
	const state = parent(parent(parent(store.data(name))));
	return userUnit(name, [process.execPath, realpathSync(process.argv[1] ?? ""), "--state", pathToText(state) ?? "", "run", name]);
}

/** Services of the system are root's to change: throws `dropin-needs-root` or `unit-needs-root` (exit 3). */
export function refuseOfRoot(
	name: string,
	{ dropin, install, score }: { dropin?: string; install?: boolean; score?: boolean },
): void {
	if (dropin !== undefined) throw new Failure("dropin-needs-root", { name, service: dropin }, 3);
	if (install || score) throw new Failure("unit-needs-root", { name, option: install ? "--install" : "--score" }, 3);
}
