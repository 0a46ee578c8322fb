import { type OpeningName, openingNames } from "../plan/opening-names.ts";
import type { Offer, Plan, SharedDirectory, WritableDirectory } from "../plan/plan.ts";
import { type Totals, totalsOf } from "./files/totals.ts";
import type { Values } from "./seen.ts";
import type { WizardState } from "./state.ts";

/** What is shown before anything is written, one row each, the dangerous things before the harmless. */
export type ReviewRow =
	| { readonly kind: "command"; readonly words: readonly string[] }
	| { readonly kind: "account"; readonly name: string; readonly uid: number }
	| { readonly kind: "totals"; readonly totals: Totals }
	| { readonly kind: "undecided"; readonly count: number }
	| { readonly kind: "devices"; readonly paths: readonly string[] }
	| { readonly kind: "writable"; readonly directory: WritableDirectory }
	| { readonly kind: "capability"; readonly name: string; readonly why: string }
	| { readonly kind: "opening"; readonly name: OpeningName; readonly why: string }
	| { readonly kind: "closed" }
	| { readonly kind: "shared"; readonly directory: SharedDirectory }
	| { readonly kind: "offer"; readonly offer: Offer }
	| { readonly kind: "kept"; readonly users: number; readonly groups: number }
	| { readonly kind: "note"; readonly code: string; readonly values: Values };

const remembered = new WeakMap<Plan, readonly ReviewRow[]>();

export function reviewRows({ plan }: Pick<WizardState, "plan">): readonly ReviewRow[] {
	if (!plan) return [];
	// Asked for with each frame and each key.
	const rows = remembered.get(plan) ?? makeRows(plan);
	remembered.set(plan, rows);
	return rows;
}

function makeRows(plan: Plan): readonly ReviewRow[] {
	const { accounts, application, identity, openings } = plan;
	const totals = totalsOf(plan);
	const devices = plan.entries.filter((entry) => entry.kind === "device" && entry.decision === "include");
	const opened = openingNames.flatMap((name) => {
		const why = openings[name];
		return why === undefined ? [] : [{ kind: "opening" as const, name, why }];
	});
	return [
		{ kind: "command", words: application.command },
		{ kind: "account", name: identity.name, uid: identity.uid },
		{ kind: "totals", totals },
		...(totals.attention ? [{ kind: "undecided" as const, count: totals.attention }] : []),
		...plan.notes.map((note) => ({ kind: "note" as const, ...note })),
		...openings.capabilities.map((one) => ({ kind: "capability" as const, ...one })),
		...opened,
		...(openings.capabilities.length || opened.length ? [] : [{ kind: "closed" as const }]),
		{ kind: "devices", paths: devices.map((entry) => entry.path) },
		...plan.shared.map((directory) => ({ kind: "shared" as const, directory })),
		...plan.writable.map((directory) => ({ kind: "writable" as const, directory })),
		{ kind: "kept", users: accounts.users.length, groups: accounts.groups.length },
		...plan.offers.map((offer) => ({ kind: "offer" as const, offer })),
	];
}
