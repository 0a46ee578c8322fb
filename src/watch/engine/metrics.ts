import type { Context } from "../../base/engine/context.ts";
import type { Cage } from "../../cage/cage.ts";
import { unlessDamaged } from "../../cage/engine/cages.ts";
import type { CheckedCage } from "../../check/checked-cage.ts";
import { checkAll } from "../../check/engine/check.ts";
import type { Alarm } from "../alarm.ts";

/** The state of a cage that monitoring asks for. */
export interface MeasuredCage {
	readonly checked: CheckedCage;
	/** Undefined if its description is damaged. */
	readonly cage: Cage | undefined;
	readonly alarms: readonly Alarm[];
}

/** Checks every built cage. Changes nothing. */
export async function measureCages(context: Context): Promise<MeasuredCage[]> {
	const { store } = context.machine;
	const measured: MeasuredCage[] = [];
	for (const checked of await checkAll(context)) {
		const { name } = checked;
		measured.push({ checked, cage: await unlessDamaged(store.cage(name)), alarms: await store.alarms(name) });
	}
	return measured;
}
