/** What is said where nothing is drawn, for screen readers and terminals that can only write lines; English. */
export const linearEn = {
	welcome: "Cagewright without a screen. Answer with a number or a letter and Enter; a question mark says everything again.",
	step: "Step {number} of {of}: {name}.",
	stepOf: "Step {number} of {of}: {name}. Cage: {cage}.",
	/** What is drawn as a mark, in words. */
	marks: {
		"[x]": "in:",
		"[ ]": "out:",
		"[~]": "partly in:",
		"[!]": "attention:",
		"[w]": "writable:",
		"[ok]": "ok:",
		"[!!]": "failed:",
		"[..]": "waiting:",
	},
	/** Of a group in a list, whether what is in it is listed below. */
	folded: "closed:",
	unfolded: "open:",
	selected: "selected:",
	attention: "attention:",
	leadsTo: "leads to",
	number: "A number selects from the list.",
	numberTakes: "A number chooses from the list.",
	numberEdits: "A number changes what stands there.",
	enter: "Enter",
	action: "{typed}: {word}",
	more: "more of the list",
	fewer: "the list before",
	ask: "Your choice: ",
	askDefault: "Your choice, Enter: {word}: ",
	/** A dot alone goes back. */
	prompt: "{label} (a dot goes back): ",
	promptKeeps: "{label}, Enter takes “{text}” (a dot goes back): ",
	edit: "{label}, now “{text}”. Enter keeps it, a minus alone empties it: ",
	editEmpty: "{label}, now empty. Enter keeps it so: ",
	unknown: "“{text}” is not among the answers. A question mark says them again.",
};
