/** Exit status of the command that a failure ends (the contract's "Conventions"). */
export type Exit = 1 | 2 | 3 | 4 | 70 | 125;

const name = "Failure";

/**
 * What went wrong, as a code of the message catalogue and the values that its sentence needs. Paths among the values are already
 * safe to show (`showPath`); whoever prints a failure finds the sentence. `{cause}` in it is the sentence of what led to it.
 */
export class Failure extends Error {
	readonly code: string;
	readonly values: Readonly<Record<string, string | number>>;
	readonly exit: Exit;

	/** By its name: the program is bundled in parts (build.js), and each has this class anew. */
	static override [Symbol.hasInstance](value: unknown): value is Failure {
		return value instanceof Error && value.name === name;
	}

	constructor(code: string, values: Readonly<Record<string, string | number>> = {}, exit: Exit = 1, cause?: unknown) {
		super(`${code} ${JSON.stringify(values)}`, cause === undefined ? {} : { cause });
		this.name = name;
		this.code = code;
		this.values = values;
		this.exit = exit;
	}
}

/** What a sentence of the message catalogue needs. */
export type Values = Readonly<Record<string, string | number>>;

/** Something an administrator should know: a code of the message catalogue and its values, never a sentence. */
export interface Note<Code extends string = string> {
	readonly code: Code;
	readonly values: Readonly<Record<string, string | number>>;
}
