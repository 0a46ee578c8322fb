import { type Edit, stateOfEdit, type Winner, withEdits } from "../../core/cage/edits.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Context } from "../context.ts";

/** Configuration that is edited in a cage: it goes on from generation to generation. */

/**
 * The plan with what was edited in the generation before. Says what was in conflict and who won; what gives way to the host's file is kept
 * beside the cage.
 */
export async function takeOverEdits(
	context: Context,
	name: string,
	plan: Plan,
	previous: number | undefined,
	winner: Winner,
): Promise<Plan> {
	const { machine, signal } = context;
	if (previous === undefined) return plan;
	const manifest = await machine.store.manifest(name, previous);
	const edits = manifest ? await machine.store.building.edits(manifest, signal) : [];
	if (!manifest || !edits.length) return plan;
	for (const edit of conflictsOf(edits)) {
		const path = showPath(edit.path);
		if (winner === "cage") context.emit({ event: "warned", code: "configuration-kept", values: { name, path } });
		else {
			const aside = await machine.store.building.setAside(name, previous, edit);
			const kept = aside === undefined ? `-> ${edit.is}` : showPath(aside);
			context.emit({ event: "warned", code: "configuration-replaced", values: { name, path, kept } });
		}
	}
	return withEdits(plan, manifest, edits, () => winner);
}

export function conflictsOf(edits: readonly Edit[]): Edit[] {
	return edits.filter((edit) => stateOfEdit(edit) === "conflict");
}
