/** Help of the verbs that move services into cages and back. */
export const adoptHelpEn = {
	adopt: {
		about: "Move a running systemd service into a cage",
		details:
			"`adopt` creates the cage if there is none and restarts the service in the cage. Its state stays where it is. If the service does not answer there, or one of its clients is cut off, everything is undone. `release` moves it back. Several services move one after the other, and return together if one fails.",
	},
	release: {
		about: "Move an adopted service back to the host",
		details:
			"`release` restores the unit files. Of state that was copied, it copies back what changed in the cage. Several services return one after the other, and move back together if one fails.",
		keep: "Whose state to keep if both sides changed",
		yes: "Do not ask",
	},
};
