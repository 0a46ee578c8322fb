/** Help of the verbs that list the applications of a machine. */
export const serviceHelpEn = {
	apps: {
		about: "List the applications on this machine",
		details: "The list contains services and listening processes. NAME shows everything that is known about one of them.",
	},
};
