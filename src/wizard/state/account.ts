import type { AccountKind } from "../../plan/accounts.ts";

/** Files of accounts. */
export const accountFiles = ["passwd", "group", "nsswitch"] as const;
export type AccountFile = (typeof accountFiles)[number];

export interface Account {
	readonly kind: AccountKind;
	readonly name: string;
	readonly id: number;
	readonly reason?: string;
}
