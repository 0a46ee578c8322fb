/** Watching a cage in production for what it misses. */
export const watchEn = {
	time: (seconds: number) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time: string) => `Watching for ${time} what fails in the cage; Ctrl-C ends it and keeps what was seen`,
	nothing: (name: string, time: string) => `${name}: watched for ${time}: nothing that the cage lacks was asked for.`,
	missed: (name: string, time: string | undefined, count: number) =>
		`${name}: ${time === undefined ? "watched" : `watched for ${time}`}: ${count === 1 ? "1 path" : `${count} paths`} missed`,
	take: (command: string) => `To take them up with the next update: ${command}`,
	takeQuestion: "Take them up? [y/N]",
};

/** What `install`, `uninstall` and `stale` say, English. */
export const installEn = {
	would: "Would write, and let the timer run once a day:",
	installed: (timer: boolean) =>
		`Installed${timer ? "; the timer runs once a day (systemctl list-timers cagewright-upkeep)" : ""}. cagewright uninstall takes all of it away, and never a cage:`,
	wouldRemove: "Would remove, and leave cages and templates as they are:",
	removed: "Removed; cages and templates are as they were:",
	nothing: "Nothing was installed.",
	left: (path: string) => `${path} is not as it was installed, and stays.`,
	stale: (name: string, packages: string, security: boolean) =>
		`cagewright: the cage ${name} still has older files${packages ? ` of ${packages}` : ""}${security ? " (security update)" : ""}; bring it up to date: cagewright update ${name}`,
};

/** What `remove` says, English. */
export const removeEn = {
	will: (name: string) => `Removing ${name} deletes:`,
	keeps: "It keeps:",
	item: (path: string, size: string) => `  ${path} (${size})`,
	generations: (path: string, count: number, size: string) =>
		`  ${path} (${count === 1 ? "1 generation" : `${count} generations`}, ${size})`,
	data: (path: string, size: string) => `  ${path} (the application's data, ${size})`,
	unit: (path: string) => `  ${path} (its unit; no start at boot any more)`,
	dropin: (path: string, service: string) => `  ${path} (${service} starts on the host itself then)`,
	hook: (path: string) => `  ${path}`,
	account: (account: string) => `  the account ${account} of this machine, which was made for it`,
	mentions: (path: string) => `${path} is not of this program, but names the cage: see to it yourself.`,
	question: (name: string) => `Remove ${name}? [y/N]`,
	done: (name: string) => `Removed ${name}.`,
	accountKept: (account: string, pid: number) =>
		`The account ${account} stays, because process ${pid} runs under it; end that and run: userdel ${account}`,
	kept: (name: string) => `${name} stays.`,
	finished: (name: string) => `An earlier command was cut off while it removed ${name}: it is removed now.`,
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

/** What `update`, `rollback` and `diff` say, English. */
export const updateEn = {
	unchanged: (name: string, generation: number) =>
		`${name} is up to date: generation ${generation} has what the host has. Nothing was done.`,
	would: (name: string, generation: number) =>
		`Would bring ${name} up to date from generation ${generation}: build the next beside it, try it, and make it the present one if it answers. Nothing was changed.`,
	editGoesOn: (path: string) => `${path} was edited in the cage and goes on as it is`,
	conflict: (path: string, name: string) =>
		`${path} was edited in the cage and has changed on the host as well: --configuration keep or host decides. To see both: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name: string, paths: string) => `In ${name} this was edited, and it has changed on the host as well: ${paths}`,
	keepQuestion:
		"Keep what was edited in the cage? Otherwise the host's goes in, and the edited one is kept beside the cage. [y/N]",
	updated: (name: string, from: number, to: number, files: number) =>
		`${name} is up to date and answers: generation ${to} (${files} files) is the present one; back to ${from}: cagewright rollback ${name}`,
	restarted: (services: string, seconds: number) => `Restarted: ${services}, away for ${seconds} s.`,
	remaining: (name: string, pids: string) =>
		`Still in the generation before: ${pids}. What runs there gets the new one at its next start; end and start ${name} again.`,
	summary: (done: number, failed: number) => `${done} up to date, ${failed} failed`,
	wouldRollBack: (name: string, from: number, to: number) =>
		`Would make generation ${to} of ${name} the present one instead of ${from}, and restart what runs. Its data would stay as it is.`,
	rolledBack: (name: string, from: number, to: number) =>
		`${name} is back at generation ${to} (it was ${from}). Its data is as it was.`,
	switched: (name: string, generation: number, restarted: readonly string[], remaining: readonly number[]) =>
		[
			`An earlier command was cut off: generation ${generation} of ${name} is the present one.`,
			...(restarted.length ? [`Restarted now: ${restarted.join(", ")}.`] : []),
			...(remaining.length ? [`Still in another generation: ${remaining.join(", ")}; end and start ${name} again.`] : []),
		].join(" "),
	wentBack: (name: string, generation: number) =>
		`An earlier command was cut off, and ${name} did not answer when it was restarted now: generation ${generation} is the present one again.`,
	cleared: (name: string) => `An earlier command was cut off: what it had begun with ${name} is cleared away.`,
	settings: (settings: string) => `what is set beside the files: ${settings}`,
	same: (a: number, b: number) => `Generations ${a} and ${b} have the same files.`,
};
