/** Help of the verbs that keep sessions of the wizard. */
export const sessionsHelpEn = {
	sessions: {
		about: "List, show and remove saved sessions of the wizard",
		details: "ACTION is list, show NAME or remove NAME. `cagewright --resume NAME` resumes a session.",
		yes: "Do not ask",
	},
};
