export const chooseEn = {
	title: "Which application goes into a cage?",
	first: "New here? The demonstration needs nothing that is not there already.",
	kinds: { session: "session", demo: "demo", template: "template", unit: "service", process: "running" },
	session: "step {step} of {of}, {ago:ago}",
	goOn: "Go on with {name} – step {step} of {of} {stepName}, {ago:ago}",
	sessionOpen: "open in process {pid}",
	sessionDamaged: "cannot be read, set aside",
	sessionNewer: "of a newer version, left alone",
	searching: "filter: {query}",
	none: "No application was found. Press t to type a command.",
	reading: "Reading what {name} needs…",
};
