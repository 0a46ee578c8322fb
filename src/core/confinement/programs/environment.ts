import { words } from "../../native-program.ts";
import { type Capability, capabilityWords } from "../capabilities.ts";

/** What a program of a launch changes itself to. */
export interface ProgramAccount {
	readonly uid: number;
	readonly gid: number;
	/** Supplementary groups. */
	readonly groups: readonly number[];
	/**
	 * All that the next program and its children can have: for uid 0 the bounding set, for another account the ambient set too.
	 * Absent: they stay as they are, to see whether a test notices.
	 */
	readonly capabilities?: readonly Capability[];
}

export interface EnvironmentKind {
	/** Absent without root: there is one account. */
	readonly account?: ProgramAccount;
	/** Sockets are passed. */
	readonly listens?: boolean;
	/** The application also gets the variables of the launch, to see whether a test notices. */
	readonly inherits?: boolean;
}

/** Returns `struct kind` of native/environment.c. */
export function environmentData({ account, inherits = false, listens = false }: EnvironmentKind = {}): Buffer {
	const { capabilities, gid = 0, groups = [], uid = 0 } = account ?? {};
	return words(
		...[listens, inherits, account !== undefined, uid, gid, capabilities !== undefined],
		...[...capabilityWords(capabilities ?? []), groups.length, ...groups],
	);
}

/** Returns its arguments before the command. */
export function environmentWords(program: string, cwd: string, variables: readonly string[]): string[] {
	return [program, cwd, ...variables, ""];
}
