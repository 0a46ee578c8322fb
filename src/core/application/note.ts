/** What a sentence of the message catalogue needs. */
export type Values = Readonly<Record<string, string | number>>;

/** Something an administrator should know: a code of the message catalogue and its values, never a sentence. */
export interface Note<Code extends string = string> {
	readonly code: Code;
	readonly values: Values;
}
