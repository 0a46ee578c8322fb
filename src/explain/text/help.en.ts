/** Help of the verbs that explain cages. */
export const explainHelpEn = {
	explain: {
		about: "Explain why something is in the cage, or what refuses it",
		details:
			"SUBJECT is a path, a system call or a capability. If it is refused, `explain` names the layer and the option that permits it. Without SUBJECT, it explains everything that the last trial found refused or missing.",
	},
};
