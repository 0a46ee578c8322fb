import type { OwnerChange } from "../core/plan/plan.ts";

/** The host account that was created for a cage. It outlives the cage if the cage's data is kept. */
export interface MadeAccounts {
	made(name: string): Promise<MadeAccount | undefined>;
	saveMade(name: string, account: MadeAccount | undefined): Promise<void>;
	/** Changes the owner of the cage's data wherever it is the first account of `change`. */
	changeDataOwner(name: string, change: OwnerChange): Promise<void>;
}

export interface MadeAccount {
	readonly name: string;
	/** Absent until the account exists. */
	readonly uid?: number;
}
