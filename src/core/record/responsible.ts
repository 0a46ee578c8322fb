/** Statements that only a person can make: who owns the cage and is responsible for it. */
export interface Responsible {
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	/** Approval of one generation; it does not extend to later ones. */
	readonly approved?: { readonly by: string; readonly at: string; readonly generation: number };
}

/** The two names that are usually the same for all cages of a machine. `asked`: somebody was asked already. */
export type ResponsibleNames = Pick<Responsible, "initiatedBy" | "implementedBy"> & { readonly asked?: boolean };

export function isApproved({ approved }: Responsible, generation: number): boolean {
	return approved?.generation === generation;
}

/** The current statement wins over the cage's, and that over the default for all cages. An empty text removes a statement. */
export function mergeResponsible(given: Responsible, known: Responsible, { asked: _, ...always }: ResponsibleNames): Responsible {
	const { approved, ...texts } = { ...always, ...known, ...given };
	return {
		...Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]]))),
		...(approved && approved.by.trim() !== "" ? { approved } : {}),
	};
}
