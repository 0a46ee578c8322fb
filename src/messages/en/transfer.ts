/** What `export` and `import` say, English. */
export const transferEn = {
	exported: (name: string, path: string) =>
		`${name} is in ${path}. It holds copies of programs and configuration of this machine: keep it as you keep those. On the other machine: cagewright import ${path}`,
	title: (name: string, generation: number, from: string, at: string, refused: boolean) =>
		refused
			? `The archive describes the cage ${name} (generation ${generation} of ${from}, exported ${at}). It is refused; nothing here was verified.`
			: `The cage ${name} (generation ${generation} of ${from}, exported ${at}); every file is what its manifest says.`,
	command: "Command",
	directory: "Directory",
	account: "Account",
	dedicated: "Creates account",
	permissions: "Permissions",
	syslog: "Syslog socket",
	environment: "Environment",
	network: "Network",
	sockets: "Sockets opened by root",
	limits: "Limits",
	probes: "Probes",
	exercises: "Exercises",
	binds: "Shared",
	devices: "Devices",
	writable: "Writable",
	directories: "Creates",
	rules: "Later builds",
	unit: "Unit",
	secrets: "Secrets",
	setuid: "Setuid files",
	notTaken: "Not imported",
	dropped: {
		"on-host": () => "tracing on the host (--on-host)",
		accepted: (values: string) => `accepted findings: ${values}`,
		secrets: (values: string) => `--allow-secret ${values}`,
		setuid: (values: string) => `--allow-setuid ${values}`,
		seed: (values: string) => `--seed ${values}`,
		unit: (values: string) => `the unit ${values}, which does not start this program here`,
		trials: () => "results of trials and self-tests",
	},
	files: "Files",
	data: (there: boolean) => (there ? "with the application's data" : "without data"),
	question: (name: string) => `Take in ${name}? Its probes and exercises run as root here. [y/N]`,
	not: "Nothing was taken in.",
	imported: (name: string) => `${name} is a cage of this machine now.`,
	answers: (name: string) => `It answers from inside. Next: cagewright run ${name}`,
	silent: (name: string) => `It does not answer here. See why: cagewright trial ${name}; take it away: cagewright remove ${name}`,
};

/** What `adopt` and `release` say, English. */
export const adoptionEn = {
	stopping: (service: string) => `Stopping ${service}…`,
	started: (service: string) => `${service} is started again`,
	willAdopt: (service: string, name: string) => `${service} moves into the cage ${name}:`,
	willRelease: (service: string, name: string) => `${service} moves out of the cage ${name}:`,
	stop: "1. Stop it",
	copy: (places: readonly string[]) =>
		places.length
			? `2. Copy its state into the cage, in place of what that has; the host keeps its own:\n${list(places)}`
			: "2. Copy nothing: it has no state",
	giveBack: (places: readonly string[]) =>
		places.length
			? `2. Give back what was changed in the cage:\n${list(places)}`
			: "2. Give back nothing: nothing was changed in the cage",
	dropin: (path: string) => `3. Write ${path}`,
	removeDropin: (path: string) => `3. Take away ${path}`,
	start: (probes: readonly string[]) => `4. Start it, and ask until it answers:\n${list(probes)}`,
	orElse: "If anything fails, it runs again as it does now.",
	adoptQuestion: (service: string) => `Move ${service} into its cage? [y/N]`,
	releaseQuestion: (service: string) => `Move ${service} out of its cage? [y/N]`,
	stays: (service: string) => `${service} stays as it is.`,
	adopted: (service: string, name: string, seconds: number) =>
		`${service} runs in the cage ${name}. It was away for ${seconds} s.\nBack: cagewright release ${service}`,
	released: (service: string, seconds: number) => `${service} runs on the host again. It was away for ${seconds} s.`,
	repaired: (service: string, name: string, where: "cage" | "host", kept?: string) =>
		where === "cage"
			? `An earlier command was cut off: ${service} runs in its cage ${name}.`
			: `An earlier command was cut off: ${service} runs on the host, as before.${kept ? ` What it wrote in the cage ${name} is kept in ${kept}.` : ""}`,
	by: (service: string, since: string) => `${service}, since ${since}`,
	label: "Adopted by",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}
