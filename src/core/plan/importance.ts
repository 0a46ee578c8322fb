/** Why something that is missing may matter; the likeliest reason first. */
export const importances = ["said", "error-said", "last-call", "configuration", "library", "package", "other", "noise"] as const;

/** How likely it is that an application fails for want of something, and what speaks for it. */
export interface Importance {
	readonly level: (typeof importances)[number];
	/** What the application said of it: the line as it came. */
	readonly line?: string;
	/** How many failed calls before the end it was, 1 for the very last. */
	readonly before?: number;
	/** The application's own package, to which it belongs. */
	readonly package?: string;
}
