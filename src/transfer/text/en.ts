interface ExportedGeneration {
	readonly generation: number;
	/** The name of the exported cage. */
	readonly from: string;
	/** When it was exported. */
	readonly at: string;
}

/** Output of `export` and `import`. */
export const transferEn = {
	exported: (name: string, path: string) =>
		`Exported ${name} to ${path}. The archive contains programs and configuration of this machine, so protect it accordingly. On the other machine: cagewright import ${path}`,
	filterExported: (name: string, path: string) =>
		`Wrote the system call filter of ${name} to ${path}. To use it: podman run --security-opt seccomp=${path} …`,
	imageExported: (image: string, digest: string, path: string, commands: string) =>
		`Wrote image ${image} (${digest}) to ${path}. It contains programs and configuration of this machine, so protect it accordingly. To start it:\n${commands}`,
	quadletExported: (name: string, path: string, image: string, command: string) =>
		`Wrote units of ${name} to ${path}. Load image ${image} first (\`cagewright export ${name} --format oci\`), then:\n${command}\nsystemctl daemon-reload`,
	portableExported: (name: string, path: string, commands: string) =>
		`Wrote portable service ${name} to ${path}. On the other machine, with systemd 257 or later:\n${commands}`,
	kubernetesExported: (name: string, path: string, image: string) =>
		`Wrote objects of ${name} to ${path}. Push image ${image} to your registry and change its name there, then: kubectl apply -f ${path}`,
	title: (name: string, { at, from, generation }: ExportedGeneration, isRefused: boolean) =>
		isRefused
			? `Refused archive of the cage ${name} (generation ${generation} of ${from}, exported ${at}). Nothing below was verified.`
			: `Cage ${name} (generation ${generation} of ${from}, exported ${at}); every file matches its manifest.`,
	command: "Command",
	directory: "Directory",
	account: "Account",
	dedicated: "Creates account",
	groups: "Groups of this machine",
	permissions: "Permissions",
	syslog: "Syslog socket",
	environment: "Environment",
	network: "Network",
	sockets: "Sockets opened by root",
	limits: "Limits",
	settings: "Service settings",
	probes: "Probes",
	exercises: "Exercises",
	binds: "Mounted from the host",
	devices: "Devices",
	writable: "Writable",
	directories: "Creates",
	rules: "Rules for builds",
	later: "Private files that a build takes from this machine",
	unit: "Unit",
	published: "Published on the host",
	secrets: "Secrets",
	setuid: "Setuid files",
	notTaken: "Not imported",
	dropped: {
		"on-host": () => "tracing on the host (--on-host)",
		accepted: (values: string) => `accepted findings: ${values}`,
		secrets: (values: string) => `--allow-secret ${values}`,
		setuid: (values: string) => `--allow-setuid ${values}`,
		writes: (values: string) => `--allow-write ${values}`,
		seed: (values: string) => `--seed ${values}`,
		credentials: (values: string) => `credentials of this machine, unless --allow-secret names all of their files: ${values}`,
		published: (values: string) =>
			`files published on this machine: ${values} (--allow-write PATH replaces one that another service may have)`,
		unit: (values: string) => `the unit ${values}, which starts another program here`,
		trials: () => "results of trials and self-tests",
	},
	files: "Files",
	data: (there: boolean) => (there ? "with the application's data" : "without data"),
	question: (name: string) => `Import ${name}? Its probes and exercises run as root here. [y/N]`,
	not: "Nothing was imported.",
	undone: (account: string) => `An earlier import was interrupted. The account ${account} that it created was removed.`,
	imported: (name: string) => `Imported ${name} as a cage of this machine.`,
	answers: (run: string) => `It answers in the cage. Next: ${run}`,
	silent: (trial: string, remove: string) => `It does not answer here. To find out why: ${trial}. To remove it: ${remove}`,
};
