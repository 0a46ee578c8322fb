import type { PinKind } from "../../core/minimise/pin-kinds.ts";

interface SearchWords {
	readonly trials: number;
	readonly estimated: number;
	/** Number and size of the unnecessary files. */
	readonly out: number;
	readonly bytes: string;
	readonly open: number;
	/** Undefined until the remaining time can be estimated. */
	readonly left: string | undefined;
}

interface SmallerWords {
	readonly name: string;
	readonly generation: number;
	readonly count: number;
	readonly bytes: string;
	/** The previous generation. */
	readonly before: number;
	readonly rollback: string;
}

/** Output of `trace --for` on a running cage. */
export const watchEn = {
	time: (seconds: number) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time: string) => `Watching the cage for failures for ${time}. Press Ctrl-C to stop early and keep the results.`,
	nothing: (name: string, time: string) => `${name}: watched for ${time}: nothing is missing.`,
	missed: (name: string, time: string | undefined, count: number) =>
		`${name}: ${time === undefined ? "watched" : `watched for ${time}`}: ${count === 1 ? "1 path is" : `${count} paths are`} missing`,
	take: (command: string) => `To add them with the next update: ${command}`,
	private: "private",
	takePrivate: (command: string) =>
		`Not every account may read the private ones, and a compromised application may ask for them. Add one only if the application needs it: ${command}`,
	left: (paths: string) => `Left out, because not every account may read them: ${paths}. Add one with --include PATH.`,
	takeQuestion: "Add them? [y/N]",
};

/** Output of `install`, `uninstall` and `stale`. */
export const installEn = {
	would: (timer: boolean) => `Would write these files${timer ? " and start a daily timer" : ""}:`,
	installed: (timer: boolean, uninstall: string) =>
		`Installed${timer ? "; the timer runs once a day (systemctl list-timers cagewright-upkeep)" : ""}. To remove these files, but no cages: ${uninstall}`,
	wouldRemove: "Would remove these files and keep all cages and templates:",
	removed: "Removed these files and kept all cages and templates:",
	nothing: "Nothing was installed.",
	packaged: (path: string) =>
		`A package has already installed the program in ${path}, with man pages, completions, hook and timers. Nothing was changed. To update all cages once a day: systemctl enable --now cagewright-update.timer`,
	ofPackage: "`install` wrote nothing here. Use the package manager to remove the program.",
	left: (path: string) => `${path} was changed after the installation and was not removed.`,
	noneStale: "No cage is outdated.",
	stale: (name: string, packages: string, security: boolean) =>
		`cagewright: cage ${name} still contains older files${packages ? ` of ${packages}` : ""}${security ? " (security update)" : ""}; to update it: cagewright update ${name}`,
};

/** Output of `remove`. */
export const removeEn = {
	will: (name: string) => `Removing ${name} deletes:`,
	keeps: "It keeps:",
	item: (path: string, size: string) => `  ${path} (${size})`,
	generations: (path: string, count: number, size: string) =>
		`  ${path} (${count === 1 ? "1 generation" : `${count} generations`}, ${size})`,
	data: (path: string, size: string) => `  ${path} (the application's data, ${size})`,
	unit: (path: string) => `  ${path} (its unit; the cage no longer starts at boot)`,
	dropin: (path: string, service: string) => `  ${path} (${service} then starts on the host)`,
	hook: (path: string) => `  ${path}`,
	account: (account: string) => `  the account ${account} of this machine, which was created for the cage`,
	mentions: (path: string) => `${path} names this cage but was not written by Cagewright. Edit or remove it yourself.`,
	question: (name: string) => `Remove ${name}? [y/N]`,
	done: (name: string) => `Removed ${name}.`,
	accountKept: (account: string, pid: number) =>
		`Account ${account} was not removed, because process ${pid} uses it. Stop that process and run: userdel ${account}`,
	kept: (name: string) => `${name} was not removed.`,
	finished: (name: string) => `An earlier command was interrupted while it removed ${name}. The removal is complete now.`,
};

/** Output of `adopt` and `release`. */
export const adoptionEn = {
	stopping: (service: string) => `Stopping ${service}…`,
	started: (service: string) => `${service} was started again`,
	willAdopt: (service: string, name: string) => `Moving ${service} into cage ${name} takes these steps:`,
	willRelease: (service: string, name: string) => `Moving ${service} out of cage ${name} takes these steps:`,
	wouldAdopt: (service: string, name: string, isInPlace: boolean) =>
		`6. Stop ${service}, ${isInPlace ? "leave its state where it is" : "copy its state to the cage"}, and start it in cage ${name}; if it does not answer there, undo everything`,
	stop: "1. Stop the service",
	state: (inPlace: readonly string[], copied: readonly string[]) => {
		if (!inPlace.length) {
			return copied.length
				? `2. Replace the cage's state with a copy of the host's, which does not change:\n${list(copied)}`
				: "2. Copy nothing: it has no state";
		}
		const others = copied.length ? `\n   Copy these to the cage:\n${list(copied)}` : "";
		return `2. Leave its state where it is, and mount it into the cage:\n${list(inPlace)}${others}`;
	},
	giveBack: (places: readonly string[], inPlace: readonly string[]) =>
		places.length
			? `2. Copy the changes made in the cage to the host:\n${list(places)}`
			: inPlace.length
				? `2. Copy nothing: its state is where the host has it:\n${list(inPlace)}`
				: "2. Copy nothing: nothing was changed in the cage",
	dropin: (path: string) => `3. Write ${path}`,
	removeDropin: (path: string) => `3. Remove ${path}`,
	start: (probes: readonly string[]) => `4. Start it and wait until it answers:\n${list(probes)}`,
	orElse: "If a step fails, Cagewright undoes all of them.",
	adoptQuestion: (service: string) => `Move ${service} into its cage? [y/N]`,
	releaseQuestion: (service: string) => `Move ${service} out of its cage? [y/N]`,
	stays: (service: string) => `${service} was not changed.`,
	adopted: (service: string, name: string, seconds: string, release: string) =>
		`${service} runs in cage ${name}. It was down for ${seconds} s.\nTo move it back: ${release}`,
	released: (service: string, seconds: string) => `${service} runs on the host again. It was down for ${seconds} s.`,
	repaired: (service: string, name: string, where: "cage" | "host", saved?: string) =>
		where === "cage"
			? `An earlier command was interrupted. ${service} runs in its cage ${name}.`
			: `An earlier command was interrupted. ${service} runs on the host, as before.${saved ? ` Data that it wrote in cage ${name} is saved in ${saved}.` : ""}`,
	by: (service: string, since: string) => `${service}, since ${since}`,
	label: "Adopted service",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
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
	title: (name: string, generation: number, from: string, at: string, refused: boolean) =>
		refused
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
	probes: "Probes",
	exercises: "Exercises",
	binds: "Mounted from the host",
	devices: "Devices",
	writable: "Writable",
	directories: "Creates",
	rules: "Rules for builds",
	later: "Private files that a build takes from this machine",
	unit: "Unit",
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

/** Output of `update`, `rollback` and `diff`. */
export const updateEn = {
	unchanged: (name: string, generation: number) =>
		`${name} is up to date: generation ${generation} has the host's files. Nothing was built.`,
	would: (name: string, generation: number) =>
		`Would update ${name} from generation ${generation}: build the next generation, test it, and switch to it if it answers. Nothing was changed.`,
	editGoesOn: (path: string) => `${path} was edited in the cage; the update keeps the change`,
	conflict: (path: string, name: string) =>
		`${path} was edited in the cage and has also changed on the host. Choose a version with --configuration keep or host. To see the cage's: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name: string, paths: string) => `Edited in cage ${name} and also changed on the host: ${paths}`,
	keepQuestion: "Keep the cage's version? Otherwise the update uses the host's, and saves the cage's version. [y/N]",
	updated: (name: string, from: number, to: number, files: number, rollback: string) =>
		`${name} was updated and answers. Generation ${to} (${files} files) is current. To go back to ${from}: ${rollback}`,
	renewed: (units: string) => `Renewed ${units} with the programs of this release, for later starts.`,
	restarted: (services: string, seconds: string) => `Restarted ${services}, down for ${seconds} s.`,
	remaining: (name: string, pids: string) =>
		`These processes still run in another generation: ${pids}. To use the current one, stop and start ${name}.`,
	summary: (done: number, failed: number) => `${done} up to date, ${failed} failed`,
	wouldRollBack: (name: string, from: number, to: number) =>
		`Would switch ${name} from generation ${from} to ${to} and restart it if it runs. Its data would not change.`,
	rolledBack: (name: string, from: number, to: number) =>
		`${name} is back at generation ${to} (before: ${from}). Its data did not change.`,
	switched: (name: string, generation: number, restarted: readonly string[], remaining: readonly number[]) =>
		[
			`An earlier command was interrupted. Generation ${generation} of ${name} is current.`,
			...(restarted.length ? [`Restarted: ${restarted.join(", ")}.`] : []),
			...(remaining.length ? [`Processes in another generation: ${remaining.join(", ")}. Stop and start ${name}.`] : []),
		].join(" "),
	wentBack: (name: string, generation: number) =>
		`An earlier command was interrupted. ${name} did not answer after the restart, so generation ${generation} is current again.`,
	cleared: (name: string) => `An earlier command was interrupted. Its unfinished work on ${name} was removed.`,
	settings: (settings: string) => `settings: ${settings}`,
	same: (a: number, b: number) => `Generations ${a} and ${b} contain the same files.`,
};

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "file", "files");

/** Output of `minimise`. Byte counts are already formatted. */
export const minimiseEn = {
	progress: ({ bytes, estimated, left, open, out, trials }: SearchWords) =>
		`Trial ${trials} of about ${estimated}: ${files(out)} (${bytes}) unnecessary, ${open} undecided${left === undefined ? "" : `, about ${left} left`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Leaving out files and testing the rest, ${many(jobs, "trial", "trials")} at a time. Press Ctrl-C to stop early and keep the results.`,
	stopping: "Stopping after one more trial of the results so far. Press Ctrl-C again to stop at once.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Would try to leave out ${files(open)} (${bytes}) of the ${of} in ${name}, in about ${many(trials, "trial", "trials")} or more. Nothing was tested or changed.`,
	tried: "To be tested",
	stays: "Always kept",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} does not need ${out} of its ${files(of)} (${bytes} of ${ofBytes}).`,
	nothing: (name: string, of: number) => `${name} needs all of its ${files(of)}, or you asked to keep them. Nothing was changed.`,
	nothingYet: (name: string, of: number) =>
		`The search stopped before any of the ${files(of)} in ${name} was proven unnecessary. Nothing was changed.`,
	how: (trials: number, seconds: number) => `Found in ${many(trials, "trial", "trials")}, ${seconds} s.`,
	stopped: "The search stopped before every file was decided. Another run continues from here.",
	byGroup: "Left out, by kind",
	byPackage: "Left out, by package",
	noPackage: "without a package",
	kept: "Kept",
	needed: "needed by a probe or exercise",
	pins: {
		program: "the program",
		needed: "libraries, loader and extensions of files that stay",
		accounts: "accounts of the cage",
		rule: "requested by an option",
		edited: "edited in the cage",
		kept: "--keep, --keep-kind",
		interpreter: "interpreter library that is loaded only when needed",
		"time-zone": "the local time",
		locale: "the application's language",
		"name-service": "name lookup",
		tls: "certificates and their rules, because the cage has a private key",
		configuration: "configuration that belongs to no package",
	} satisfies Record<PinKind, string>,
	/** The evidence, and its limits. */
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`This is proven only for ${[many(probes, "probe", "probes"), many(exercises, "exercise", "exercises"), ...signals].join(", ")} and three starts. Other functions may need the files that were left out.`,
	noExercise:
		"Only the probe proves this. Before you rely on it, add --exercise CMD for everything else that the service must do.",
	uncounted: (lines: string) => `Not counted, because it fails in the complete cage: ${lines}`,
	configuration: (paths: string) =>
		`The settings in these files no longer apply: ${paths}. To keep such files: --keep-kind configuration`,
	question: (name: string) => `Build ${name} without these files? The current generation is kept. [y/N]`,
	leftAsIs: "Nothing was changed.",
	made: ({ before, bytes, count, generation, name, rollback }: SmallerWords) =>
		`Generation ${generation} of ${name} has ${files(count)} (${bytes}) and answers. To go back to ${before}: ${rollback}`,
	explain: (explain: string, trial: string) =>
		`To see why a path was left out: ${explain} PATH. To add it again: ${trial} --include PATH --yes`,
};

export const doctorEn = {
	head: ["", "Requirement", "Found", "Needed for"],
	states: { ok: "[ok]", note: "[i]", weaker: "[!]", missing: "[--]" },
	notRunning: (found: string) => `${found}, not running`,
	fine: "This machine meets all requirements.",
	fix: (packages: readonly string[]) => `Missing: ${packages.join(", ")}. To install: cagewright doctor --fix`,
	installing: (command: string) => `Running: ${command}`,
	needs: {
		root: "ports below 1024, services, dedicated accounts",
		processor: "the cage's init process",
		strace: "tracing and trials",
		"util-linux": "namespaces, mounts and the launcher",
		systemd: "running cages as services (cagewright unit)",
		getcap: "finding file capabilities in a cage",
		"failure-watch": "cagewright trace NAME --for TIME",
		overlay: "sandboxes and trials that change nothing",
		namespaces: "sandboxes and confinement",
		"user-namespaces": "cages of ordinary users; root needs none",
		seccomp: "the system call filter",
		landlock: "a second layer against writes, ports, signals and sockets",
		yama: "tracing",
		selinux: "file labels in a cage",
		apparmor: "the distribution's profiles",
		cgroup: "memory and process limits",
	},
	advice: {
		root: "nothing to do for your own cages; for the rest, run cagewright with sudo.",
		processor: "use an x86_64 or arm64 machine.",
		strace: "install the package strace.",
		"util-linux": "programs or options are missing, possibly because BusyBox replaces them; install the package util-linux.",
		systemd:
			"units need a machine that booted with systemd. Before systemd 257, a unit starts a script with the same protection, and `unit --score` and portable services are missing.",
		getcap: "install the package libcap2-bin (elsewhere: libcap); until then file capabilities are not checked.",
		"failure-watch":
			"install the Debian package gcc-bpf and run `npm run build` again; until then only `trace NAME --for TIME` is missing.",
		overlay:
			"load the module overlay (modprobe overlay), or run cagewright on the host or in a container that may mount file systems; elsewhere, trace with --on-host, and applications with state cannot be tested.",
		namespaces:
			"run cagewright on the host or in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN; cages never start without namespaces.",
		"user-namespaces":
			"nothing to do for root; for ordinary users set kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 and user.max_user_namespaces above 0, if they exist (sysctl); if a container covers parts of /proc or /sys, run cagewright as root or on the host.",
		seccomp: "boot a kernel with CONFIG_SECCOMP_FILTER; cages never start without it.",
		landlock:
			"boot Linux 5.13 or later with landlock in the kernel parameter lsm=; without it each start prints a warning, and --require full refuses to start. Newer kernels also judge truncating (6.2), TCP ports (6.7), device commands (6.10), signals and abstract sockets (6.12), and record refusals for cagewright watch (6.15).",
		yama: "kernel.yama.ptrace_scope=3 forbids strace until the next boot; set it to 1 in /etc/sysctl.d and reboot.",
		selinux:
			"the cage's files have the state folder's label, so a caged service runs in systemd's domain instead of its own; if an application fails only in the cage, find the denial with `ausearch -m avc -ts recent`.",
		apparmor:
			"a profile for the program's path may also apply in the cage; if the application fails only there, find the denial with `journalctl -k --grep=apparmor`.",
		cgroup: "without the cgroup controllers memory and pids, limits apply to each process instead of the whole cage.",
	},
};
