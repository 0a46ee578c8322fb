/** Help of the verbs that keep templates. */
export const templateHelpEn = {
	template: {
		about: "List, write, check and share templates",
		details:
			"ACTION is list, show NAME, new NAME, save CAGE, diff CAGE, check FILE, import FILE|FOLDER, accept NAME, export NAME or remove NAME.",
		as: "Name of the saved or imported template (default: the cage's, or its own)",
		output: "Write to this new file (only `export` and `new`; default: stdout)",
		replace: "Replace a template of that name (only `import` and `save`)",
		yes: "Do not ask (only `import` and `accept`, which ask about the commands that it would run, and `remove`)",
		dryRun: "Show those commands and import nothing (only `import` and `accept`)",
	},
};
