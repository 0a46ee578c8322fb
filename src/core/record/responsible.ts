/** What only a person can say: whose the cage is, and who answers for it. */
export interface Responsible {
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	/** For one generation and no other: what comes after it was not approved with it. */
	readonly approved?: { readonly by: string; readonly at: string; readonly generation: number };
}

/** The two that are mostly the same for all cages of a machine. `asked`: somebody was asked for them, and is not asked again. */
export type Names = Pick<Responsible, "initiatedBy" | "implementedBy"> & { readonly asked?: boolean };

export function isApproved({ approved }: Responsible, generation: number): boolean {
	return approved?.generation === generation;
}

/**
 * What is said now counts more than what was said of the cage, and that more than what is said of every cage. An empty text takes back what was said, so that
 * it is open again.
 */
export function mergeResponsible(told: Responsible, known: Responsible, { asked: _, ...always }: Names): Responsible {
	const { approved, ...texts } = { ...always, ...known, ...told };
	return {
		...Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]]))),
		...(approved && approved.by.trim() !== "" ? { approved } : {}),
	};
}
