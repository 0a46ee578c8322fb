import type { Group, Identity, User } from "./machine/facts.ts";

export interface Accounts {
	users(): User[];
	groups(): Group[];
	/**
	 * Creates a system account without home, shell and password, and a group of the same name. The number of both is given, or free: not
	 * in `taken` and unused by processes and containers. Throws `no-free-account-id` (exit 3).
	 */
	create(name: string, number: number | { readonly taken: ReadonlySet<number> }): Promise<void>;
	/** Returns the number that `create` would choose for this name. Throws `no-free-account-id` (exit 3). */
	freeId(name: string, taken: ReadonlySet<number>): number;
	/** Removes an account, and its group if that has no other member. */
	remove(name: string): Promise<void>;
	/** Without root: the only account, and the lowest port that it may bind. */
	own(): OwnAccount | undefined;
}

export interface OwnAccount extends Identity {
	readonly lowestPort: number;
}

/** A process with one of the accounts' user ids (credentials(7)). */
export interface AccountUse {
	readonly pid: number;
	readonly uid: number;
	/** Its program, or its name if the program cannot be read. */
	readonly program: string;
}

/** A program was started or has ended. Both events have the same number; `line` is the command as one would type it. */
export type CommandEvent =
	| { readonly event: "command-started"; readonly number: number; readonly line: string }
	| { readonly event: "command-ended"; readonly number: number; readonly status: number };

export interface CommandFeed {
	/** Calls the listener for each start and end. Returns a function that stops listening. */
	listen(listener: (event: CommandEvent) => void): () => void;
}
