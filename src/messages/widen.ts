/** The type of a catalogue with any text, for the other languages. */
export type Widen<T> = T extends (...args: infer Args) => infer Result
	? (...args: Args) => Widen<Result>
	: T extends string
		? string
		: T extends boolean
			? boolean
			: T extends readonly string[]
				? readonly string[]
				: { readonly [Key in keyof T]: Widen<T[Key]> };
