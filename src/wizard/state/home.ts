import type { Note } from "../../base/failure.ts";
import type { CageOverview } from "../../upkeep/engine/overview.ts";
import type { Choice } from "./choice.ts";
import type { FieldFix } from "./values.ts";

/** A cage in the list. */
export interface CageRow extends Omit<CageOverview, "damage" | "reaction" | "recentAlarms"> {
	/** Seconds since the generation was built. */
	readonly age: number | null;
	/** Why other values are unknown. */
	readonly problem?: Note;
}

/** Cages, then sessions that were left. */
export interface HomeList {
	readonly cages: readonly CageRow[];
	readonly sessions: readonly Choice[];
}

export const cageViews = ["actions", "reach", "alarms", "findings", "log", "history", "files"] as const;
export type CageView = (typeof cageViews)[number];

export const actionNames = [
	...(["run", "start", "stop", "install-unit", "remove-unit", "adopt", "release", "update", "rollback", "watch"] as const),
	...(["minimise", "edit", "record", "export", "remove", "allow", "accept"] as const),
] as const;
export type ActionName = (typeof actionNames)[number];

export interface ActionRequest {
	readonly action: ActionName;
	readonly cage: string;
	/** A service, a finding, options that permit something, or a file. */
	readonly value?: string;
	/** Whose version counts if the host's and the cage's have changed. */
	readonly keep?: Side;
	/** The field at which the plan is edited, with a proposal. */
	readonly at?: FieldFix;
}

export type Side = "host" | "cage";

/** A row of a view. Texts are in the user's language and may contain anything. */
export interface ViewRow {
	readonly text: string;
	readonly detail?: string;
	/** What Enter previews. */
	readonly request?: ActionRequest;
	/** What the key for stopping previews. */
	readonly stop?: ActionRequest;
}

/** A cage's own page. */
export interface CagePage {
	readonly row: CageRow;
	/** Label and text. */
	readonly facts: readonly (readonly [string, string])[];
	/** The actions that are possible now. */
	readonly actions: readonly ActionRequest[];
}

/** The page of a cage, as far as it was read. */
export interface OpenCage {
	readonly name: string;
	readonly page?: CagePage;
	readonly view: CageView;
	readonly rows: Readonly<Partial<Record<CageView, readonly ViewRow[]>>>;
}

/** What an action will change, before it does. */
export interface ActionPreview {
	readonly lines: readonly string[];
	/** The command that it stands for. */
	readonly command: string;
	/** False for a text that is only read. */
	readonly acts: boolean;
	/** The same with the other side's version, if both have changed. */
	readonly otherwise?: ActionRequest;
}
