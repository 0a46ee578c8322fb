/** Help of the verbs that set the program up on a machine. */
export const installHelpEn = {
	doctor: {
		about: "Check the system requirements and explain how to fix each problem",
		fix: "Install missing packages with the system's package manager",
	},
	install: {
		about: "Install the program, man pages, completions, hooks and a timer",
		details: "`install` never overwrites files that it did not create or that were edited since.",
		timer: "Task of the daily timer (default: check)",
	},
	uninstall: { about: "Remove what `install` wrote, never a cage" },
};
