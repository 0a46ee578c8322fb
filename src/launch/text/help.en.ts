/** Help of the verbs that run cages. */
export const launchHelpEn = {
	run: {
		about: "Run the application in its cage, in the foreground",
		details:
			"`run` passes signals on and exits with the application's status. A command after `--` replaces the application's own.",
		print: "Print the shell commands instead",
		stopTimeout: "Kill it this long after SIGTERM (default: 90; 0: never)",
		raw: "Pass control sequences to the terminal instead of showing them as text",
	},
	shell: {
		about: "Open a confined shell in a cage",
		details:
			"The shell has the application's confinement and data. The cage itself contains no shell. A command after `--` runs instead.",
		keepWrites: "Keep what the shell writes to the application's data (default: discard it)",
	},
	signal: { about: "Send a signal to the application in a running cage" },
};
