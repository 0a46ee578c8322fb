/** Help of the verbs that make a cage, or do a step of it. */
export const makeHelpEn = {
	make: {
		about: "Trace, plan, build and test a cage",
		details:
			"TARGET is a template or a systemd unit. If both have the same name, the template wins; append `.service` to select the unit. For any other program, give --name, --probe and the command after `--`. Without --yes, `make` shows the plan and asks.",
	},
	build: {
		about: "Build a generation of a traced cage",
		details: "The new generation is used from the next start on. `trial` tests it.",
	},
	trial: {
		about: "Test the application inside the cage and list what is missing",
		details: "--yes adds what is missing and repeats until the application answers.",
		unit: "Test it as a service of the running systemd, with the unit that `cagewright unit` prints",
	},
};
