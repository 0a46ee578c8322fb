import type { OwnerChange } from "../core/plan/plan.ts";

/** The account of the host that was made for a cage; it outlives the cage where its data stays. */
export interface MadeAccounts {
	made(name: string): Promise<MadeAccount | undefined>;
	saveMade(name: string, account: MadeAccount | undefined): Promise<void>;
	/** Gives what the cage's data has of one account to another. */
	changeDataOwner(name: string, change: OwnerChange): Promise<void>;
}

export interface MadeAccount {
	readonly name: string;
	/** Absent until it is there. */
	readonly uid?: number;
}
