/** Help of the verbs that look after existing cages. */
export const upkeepHelpEn = {
	list: { about: "List the cages on this machine" },
	show: {
		about: "Show the files of a cage, and why they are in it",
		history: "Show the cage's log",
		record: "Show the record of the last trial",
	},
	stale: {
		about: "List the cages with files older than the host's",
		mark: "Store the result, so that `list` shows these cages as outdated (used by the package manager's hooks)",
	},
	update: {
		about: "Rebuild from the host's current files",
		details: "`update` tests the result and switches to it if it works. The application's data stays as it is.",
		yes: "Keep your edits in the cage, even if the host's configuration changed too",
		configuration:
			"Version of a configuration file to use if it was edited in the cage and also changed on the host: the cage's (keep) or the host's",
		takeMissed: "Add files that `trace NAME --for` found missing",
		include: "Add these files that `trace NAME --for` found missing, although not every account may read them",
		keepGenerations: "From now on, keep this many old generations (default: 2)",
		keepDays: "From now on, remove old generations after this many days, except the one that `rollback` returns to",
	},
	rollback: {
		about: "Go back to the previous generation",
		details: "The application's data stays as it is.",
		to: "Go to this generation",
	},
	diff: { about: "Compare two generations", details: "A and B are numbers of generations. The default is the last two." },
	remove: {
		about: "Remove a cage and everything that was created for it",
		keepData: "Keep the application's data",
		yes: "Do not ask",
	},
};
