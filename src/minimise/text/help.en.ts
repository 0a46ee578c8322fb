/** Help of the verbs that remove unneeded files. */
export const minimiseHelpEn = {
	minimise: {
		about: "Remove files that trials prove unnecessary",
		exercise: "Shell line that must also pass in every trial, from now on",
		for: "End the search after this time (90s, 10m, 1h) with the best result so far",
		yes: "Build the smaller cage without asking",
		dryRun: "Show what would be tried and what stays",
	},
};
