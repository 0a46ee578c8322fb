export const chooseEn = {
	title: "Which application goes into a cage?",
	first: "New here? The demonstration needs nothing that is not there already.",
	kinds: { demo: "demo", template: "template", unit: "service", process: "running" },
	searching: "filter: {query}",
	none: "No application was found. Press t to type a command.",
	reading: "Reading what {name} needs…",
};
