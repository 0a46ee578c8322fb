/** What `export` and `import` say, English. */
export const transferEn = {
	exported: (name: string, path: string) =>
		`${name} is in ${path}. It holds copies of programs and configuration of this machine: keep it as you keep those. On the other machine: cagewright import ${path}`,
	title: (name: string, generation: number, from: string, at: string) =>
		`The cage ${name} (generation ${generation} of ${from}, exported ${at}); every file is what its manifest says.`,
	command: "Command",
	account: "Account",
	probes: "Probes",
	exercises: "Exercises",
	binds: "Shared",
	devices: "Devices",
	secrets: "Secrets",
	files: "Files",
	data: (there: boolean) => (there ? "with the application's data" : "without data"),
	question: (name: string) => `Take in ${name}? Its probes and exercises run as root here. [y/N]`,
	not: "Nothing was taken in.",
	imported: (name: string) => `${name} is a cage of this machine now.`,
	answers: (name: string) => `It answers from inside. Next: cagewright run ${name}`,
	silent: (name: string) => `It does not answer here. See why: cagewright trial ${name}; take it away: cagewright remove ${name}`,
};
