import type { PinKind } from "../../core/minimise/needs.ts";

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

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "file", "files");

/** What `minimise` says, English. Bytes come in as text. */
export const minimiseEn = {
	/** The time left is undefined until it can be told. */
	progress: (trials: number, estimated: number, out: number, bytes: string, open: number, left: string | undefined) =>
		`Trial ${trials} of about ${estimated}: ${files(out)} (${bytes}) can go, ${open} not decided yet${left === undefined ? "" : `, about ${left} left`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Leaving files out and trying what is left, ${many(jobs, "trial", "trials")} at a time; Ctrl-C ends that with what was found so far.`,
	stopping: "Stopping: what was found so far is tried once more. Ctrl-C again ends it at once.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Would try to leave out ${files(open)} (${bytes}) of the ${of} in ${name}, in about ${many(trials, "trial", "trials")} or more. Nothing was tried and nothing was changed.`,
	tried: "To be tried",
	stays: "Stays in any case",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} does not need ${out} of its ${files(of)} (${bytes} of ${ofBytes}).`,
	nothing: (name: string, of: number) => `${name} needs all of its ${files(of)}, or they are to stay. Nothing was changed.`,
	nothingYet: (name: string, of: number) =>
		`Of the ${files(of)} in ${name} none had been proven unnecessary. Nothing was changed.`,
	how: (trials: number, seconds: number) => `Found in ${many(trials, "trial", "trials")}, ${seconds} s.`,
	stopped: "Stopped before every file was decided: another run goes on from here.",
	byGroup: "Left out, by kind",
	byPackage: "Left out, by package",
	noPackage: "of no package",
	kept: "Kept",
	needed: "needed by what was asked",
	pins: {
		program: "the program",
		needed: "libraries, loader and extensions of what stays",
		accounts: "accounts of the cage",
		rule: "you asked for it",
		edited: "edited in the cage",
		kept: "--keep, --keep-kind",
		interpreter: "library of an interpreter, loaded when it is first needed",
		"time-zone": "the local time",
		locale: "the language that it speaks",
		"name-service": "how names are looked up",
		tls: "certificates and their rules, because there is a private key",
		configuration: "configuration that no package brought",
	} satisfies Record<PinKind, string>,
	/** How much it depends on what was asked. */
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Proven by ${many(probes, "probe", "probes")}, ${many(exercises, "exercise", "exercises")}${signals.length ? `, ${signals.join(" and ")}` : ""} and three starts, and by nothing else: what they do not reach may need what is left out.`,
	noExercise: "Only the probe speaks for it. Give --exercise CMD for whatever else the service has to do, before you rely on it.",
	uncounted: (lines: string) => `Not counted, for it fails in the cage as it is: ${lines}`,
	configuration: (paths: string) => `What these set applies no more: ${paths}. To keep such files: --keep-kind configuration`,
	question: (name: string) => `Make ${name} without them? The present generation is kept. [y/N]`,
	leftAsIs: "Nothing was changed.",
	made: (name: string, generation: number, count: number, bytes: string, before: number) =>
		`Generation ${generation} of ${name} has ${files(count)} (${bytes}) and answers; back to ${before}: cagewright rollback ${name}`,
	explain: (name: string) =>
		`Why a path is not there: cagewright explain ${name} PATH. To have it again: --include PATH with the next make.`,
};

export const doctorEn = {
	head: ["", "What", "Found", "Needed for"],
	states: { ok: "[ok]", note: "[i]", weaker: "[!]", missing: "[--]" },
	fine: "Everything that is needed is here.",
	fix: (packages: readonly string[]) => `Missing: ${packages.join(", ")}. To install: cagewright doctor --fix`,
	installing: (command: string) => `Running: ${command}`,
	needs: {
		root: "ports below 1024, services, accounts of their own",
		processor: "the init of a cage",
		strace: "tracing and trials",
		"util-linux": "namespaces, mounts and the launcher",
		systemd: "cages as services (cagewright unit)",
		perl: "trying the ways out of a cage, and watching one in production",
		getcap: "seeing files with capabilities of their own in a cage",
		overlay: "sandboxes and trials that leave nothing behind",
		namespaces: "sandboxes and confinement",
		"user-namespaces": "cages of ordinary users; none as root",
		seccomp: "the filter of system calls",
		landlock: "a second layer against writing",
		yama: "tracing",
		selinux: "labels of the files in a cage",
		apparmor: "profiles of the distribution",
		cgroup: "limits of memory and processes",
	},
	advice: {
		root: "nothing to do for cages of your own; for what needs root, start cagewright with sudo.",
		processor: "use a machine with amd64.",
		strace: "install the package strace.",
		"util-linux": "programs or options are missing, or those of BusyBox are in their place; install the package util-linux.",
		systemd:
			"units need a booted systemd; before 257 it has no PrivatePIDs=, so a service needs an account that nothing else runs under.",
		perl: "install the package perl-base (elsewhere: perl); until then the ways out of a cage are not tried.",
		getcap: "install the package libcap2-bin (elsewhere: libcap); until then capabilities of files are not looked for.",
		overlay:
			"run this on the host itself or in a container that may mount; else trace with --on-host, and there is no trial of an application with state.",
		namespaces: "run this on the host itself, or in a container that has CAP_SYS_ADMIN; a cage is never started without.",
		"user-namespaces":
			"nothing to do as root; for ordinary users set kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 and user.max_user_namespaces above 0, as far as they exist (sysctl).",
		seccomp: "boot a kernel with CONFIG_SECCOMP_FILTER; a cage is never started without.",
		landlock:
			"boot Linux 5.13 or later with landlock in lsm= on the kernel's command line; until then each start says so, and --require full refuses it.",
		yama: "kernel.yama.ptrace_scope=3 forbids strace until the next boot; set it to 1 in /etc/sysctl.d and reboot.",
		selinux:
			"the files of a cage have the label of the state folder; if an application fails only there, `ausearch -m avc -ts recent` names the denial.",
		apparmor:
			"a profile for the program's path may hold it in its cage as well; if it fails only there, `journalctl -k --grep=apparmor` names the denial.",
		cgroup: "no control groups for memory and pids: limits hold for each process instead of the whole cage.",
	},
};
