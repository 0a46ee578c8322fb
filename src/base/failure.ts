import * as v from "valibot";

/** Exit status of a command that ends with a failure. */
export type Exit = 1 | 2 | 3 | 4 | 70 | 125;

/**
 * An error as a message code, the values for its sentence, and an exit status. Values that are paths are already safe to show
 * (`showPath`). In a sentence, `{cause}` stands for the sentence of the causing failure.
 */
export class Failure extends Error {
	readonly code: FailureCode;
	readonly values: Values;
	readonly exit: Exit;

	constructor(code: FailureCode, values: Values = {}, exit: Exit = 1, cause?: unknown) {
		super(`${code} ${JSON.stringify(values)}`, cause === undefined ? {} : { cause });
		this.name = "Failure";
		this.code = code;
		this.values = values;
		this.exit = exit;
	}
}

/** `src/messages/` adds the sentence of each code. */
// biome-ignore lint/suspicious/noEmptyInterface: the sentences are those of messages.
export interface FailureSentences {}

export type FailureCode = keyof FailureSentences;

/** Values for a sentence of the message catalogue. */
export type Values = Readonly<Record<string, string | number>>;

/** A message for the administrator, as a message code and its values. */
export interface Note<Code extends string = string> {
	readonly code: Code;
	readonly values: Values;
}

/** How a note or failure is stored. */
export const noteSchema = v.object({ code: v.string(), values: v.record(v.string(), v.union([v.string(), v.number()])) });
