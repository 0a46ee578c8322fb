import type { Choice } from "../state/choice.ts";
import type { CageRow, ViewRow } from "../state/home.ts";
import type { WizardState } from "../state/state.ts";
import { cursorOf } from "../state/transitions.ts";

export type HomeRow = { readonly kind: "cage"; readonly cage: CageRow } | { readonly kind: "session"; readonly choice: Choice };

export function isAtHome({ screen }: Pick<WizardState, "screen">): boolean {
	return screen === "home" || screen === "cage";
}

export function visibleHome({ home, queries }: WizardState): readonly HomeRow[] {
	if (!home) return [];
	const query = (queries.home ?? "").toLowerCase();
	const matches = (name: string) => name.toLowerCase().includes(query);
	return [
		...home.cages.filter(({ name }) => matches(name)).map((cage) => ({ kind: "cage", cage }) as const),
		...home.sessions.filter(({ name }) => matches(name)).map((choice) => ({ kind: "session", choice }) as const),
	];
}

export function selectedHome(state: WizardState): HomeRow | undefined {
	return visibleHome(state)[cursorOf(state)];
}

export function hasHome({ home }: WizardState): boolean {
	return (home?.cages.length ?? 0) > 0;
}

/** The rows of the current view. */
export function cageRows({ cage }: WizardState): readonly ViewRow[] {
	return cage?.rows[cage.view] ?? [];
}

/** Whether Enter on the open page does something. */
export function mayPerform({ action, jobs, overlay }: WizardState): boolean {
	return overlay === "action" && action?.preview?.acts === true && !action.began && !action.outcome && jobs.act === undefined;
}
