import type { GroupName, Recommendation } from "../../core/plan/groups.ts";
import type { Widen } from "../widen.ts";
import { minimiseEn } from "./minimise.ts";
import { recordVerbEn } from "./record.ts";
import { templateEn } from "./template.ts";
import { adoptionEn, installEn, removeEn, transferEn, updateEn, watchEn } from "./upkeep.ts";

/** What the verbs say, English. Numbers of bytes come in as text that is already made for reading. */
export const cliEn = {
	// make and its steps
	buildQuestion: (name: string) => `Build the cage ${name} from this plan? [y/N]`,
	isYes: (answer: string) => /^y(es)?$/i.test(answer),
	nothingMade: "Nothing was made.",
	built: (name: string, root: string, unchanged: boolean) =>
		`${unchanged ? "Unchanged" : "Built"}: ${root}\nNext: cagewright trial ${name}`,
	wouldTry: (name: string, probes: readonly string[]) =>
		`Would start ${name} in its cage, in a network of its own, and run:\n${probes.map((probe) => `  ${probe}`).join("\n")}`,
	dryRun: {
		title: (name: string) => `Would make the cage ${name}. Nothing was started and nothing was changed.`,
		command: "Command",
		account: "Account",
		dedicatedAccount: (name: string) => `in the cage ${name}, which is made on this machine where it is missing`,
		rootAccount: "root, keeping only the capabilities that it is seen to need",
		directory: "Working directory",
		probes: "Probes",
		exercises: "Exercises",
		directories: "Directories",
		notes: "Notes",
		trace: (onHost: boolean, pid: number | undefined) =>
			pid !== undefined
				? `1. Watch process ${pid} with strace while it runs, and leave it running`
				: onHost
					? "1. Trace it with strace on the host itself, without a sandbox: what it writes, sends and changes stays"
					: "1. Trace it with strace in a sandbox: nothing that it writes stays",
		plan: "2. Plan files, devices, accounts and what confinement leaves open",
		build: (place: string) => `3. Build ${place}`,
		trial: (rounds: number) => `4. Try it in the cage, at most ${rounds} rounds, until every probe is answered`,
		minimise: "5. Leave out what trials prove unnecessary, and try once more what is left",
		record: (step: number) => `${step}. Write the record and the log`,
		same: "For real:",
	},
	pressEnter: "Use the application as usual, then press Enter.",
	traced: (name: string, paths: number, calls: number) =>
		`Traced ${name}: ${paths} paths in ${calls} calls. Next: cagewright plan ${name}`,
	plan: {
		files: (files: number, bytes: string) => `${files} files, ${bytes}`,
		others: (symlinks: number, directories: number, devices: number) =>
			`${symlinks} links, ${directories} directories, ${devices} devices`,
		declined: "Left out unless you allow it",
		allow: {
			secret: "secret: --allow-secret",
			setuid: "setuid: --allow-setuid",
			device: "device: --device",
			large: "large, and only looked at: --include",
			"refused-device": "device that leads out of any cage: refused",
		},
		writable: "Writable, kept under the cage's data",
		seeds: (count: number, bytes: string) => `${count} seeded from the host, ${bytes}`,
		startsEmpty: "starts empty",
		accounts: (users: string, groups: string, usersOut: number, groupsOut: number) =>
			`passwd keeps ${users || "nobody"} (${usersOut} left out), group keeps ${groups || "none"} (${groupsOut} left out)`,
		accountsChosen: "Accounts that you chose",
		accountsWithout: "Accounts that you leave out",
		groups: {
			program: "program",
			libraries: "libraries",
			interpreter: "interpreter's library",
			configuration: "configuration",
			accounts: "accounts",
			data: "data",
			certificates: "certificates",
			"time-zones": "time zones",
			locale: "languages",
			resources: "resources",
			state: "state",
			logs: "logs",
			runtime: "runtime files",
			sockets: "sockets of others",
			devices: "devices",
			secrets: "secrets",
			"left-out": "left out",
		} satisfies Record<GroupName, string>,
		recommendations: {
			copy: "copy",
			empty: "empty directory of its own",
			seed: "copied once, then its own",
			bind: "stays the host's, read-only",
			generate: "written anew",
			make: "made anew",
			"leave-out": "leave out",
		} satisfies Record<Recommendation, string>,
		spare: (place: string) => `most services answer without: --exclude ${place}`,
		shared: "Stays the host's and is seen in the cage, read-only (--include copies it, --exclude leaves it out)",
		offers: "Not in the plan; take it up where you need it",
		offered: {
			"plug-ins": (files: number, bytes: string) => `${files} more modules beside those that were loaded, ${bytes}`,
			"interpreter-modules": (files: number, bytes: string) =>
				`${files} more modules of this library, ${bytes}; no source names them, but a program may compute their names`,
			library: (files: number, bytes: string) =>
				`a library that it may load while it runs, ${files > 1 ? `with what it needs ${files} files, ` : ""}${bytes}`,
			state: (files: number, bytes: string) => `${files} files of state that the host has, ${bytes}`,
			documented: (files: number, bytes: string) =>
				`named in its documentation, never used: ${files === 1 ? "1 file" : `${files} files`}, ${bytes}`,
			"documented-writable": () => "a directory that it may want to write to, never used",
		},
		documents: {
			package: (name: string) => `from the package ${name}`,
			line: (line: number) => `line ${line}`,
			quoted: (text: string) => `“${text}”`,
		},
		openings: "Confinement leaves open",
		nothingOpen: "nothing",
		capability: (name: string, why: string) => `capability ${name} (${why})`,
		proc: "/proc, its own processes only",
		kernelProc: "/proc with the machine's files",
		sys: "/sys with the machine's devices",
		unixSockets: "unix sockets",
		netlink: "netlink, addresses and routes only",
		multicast: "multicast and broadcast",
		syslog: (socket: string) => `the host's syslog (${socket})`,
		memfd: "memfd_create",
		writableCode: "memory that is written and executed",
		refusedOpenings: "Kept closed on your word",
	},
	difference: {
		none: (generation: number) => `Nothing would change in generation ${generation}.`,
		title: (generation: number) => `Compared with generation ${generation}:`,
		settings: {
			command: "command",
			identity: "account",
			writable: "writable directories",
			binds: "binds",
			accounts: "kept accounts",
			openings: "what confinement leaves open",
		},
		aspects: {
			kind: "kind",
			mode: "mode",
			owner: "owner",
			size: "size",
			time: "time",
			target: "target",
			device: "device",
			content: "content",
		},
	},
	made: {
		answered: (name: string, rounds: number) =>
			`${name} answers from inside its cage (${rounds} ${rounds === 1 ? "round" : "rounds"}).`,
		notAnswered: (name: string) => `${name} does not answer from inside its cage.`,
		root: "Cage",
		data: "Data",
		record: "Record",
		size: (files: number, links: number, bytes: string) => `${files} files, ${links} links, ${bytes}`,
		next: "Next",
		permissions: "Permissions",
		noPermissions: "Permissions: none",
		permissionNeed: (call: string, program?: string) => (program === undefined ? call : `${call} by ${program}`),
		permissionSource: (source: "trace" | "trial" | "option", round?: number) =>
			source === "trace"
				? "succeeded in the trace"
				: source === "trial"
					? `refused in trial round ${round}`
					: "allowed by option",
		offered: "Refused in the cage and not allowed; the option allows it",
		leftOut: "Left out, and not needed by any probe",
		warnings: "Warnings",
	},
	round: {
		title: (round: number) => `Round ${round}`,
		probe: (ok: boolean, command: string) => `${ok ? "[ok]  " : "[fail]"} ${command}`,
		exercise: (command: string) => `[fail] ${command} (worked on the host)`,
		head: ["Round", "Answer", "Probes", "Missing", "Gen.", "Seconds", "Added before"],
		yes: "yes",
		no: "no",
		missing: "Worked on the host and fails in the cage, the likeliest cause first:",
		none: "Nothing is missing.",
		said: "It said last:",
		fix: (name: string) => `To add what is missing and try again: cagewright trial ${name} --yes`,
	},
	unitTrial: {
		passed: (unit: string, steps: readonly string[], seconds: number) =>
			`${unit} works in its cage: ${steps.map((step) => `systemctl ${step}`).join(", ")} (${seconds} s).`,
		failed: (unit: string, step: string, state: string) => `${unit} fails in its cage at systemctl ${step}: ${state}.`,
	},
	progress: {
		unit: (unit: string) => `Trial as a service of systemd, as ${unit}…`,
		trace: "Tracing in a sandbox…",
		traceOnHost: "Tracing on the host itself, without a sandbox: what it writes, sends and changes stays…",
		attach: "Watching what runs already…",
		attached: (pid: number, processes: number) =>
			processes === 1 ? `watching process ${pid}` : `watching process ${pid} and ${processes - 1} more`,
		plan: "Planning…",
		build: "Building the cage…",
		trial: (round: number, rounds: number) => `Trial in the cage, round ${round} of ${rounds}…`,
		paths: (paths: number, missing: number) => `Tracing: ${paths} paths (${missing} not there)`,
		copying: (percent: number, path: string) => `Building: ${percent} % ${path}`,
		probe: (ok: boolean, command: string) => `${ok ? "answered" : "no answer"}: ${command}`,
		awaitsEnd: (program: string, seconds: number) => `waiting for ${program} to stop (${seconds} s)`,
		awaitsAnswer: (seconds: number, said: string) => `no answer to the probe yet (${seconds} s)${said === "" ? "" : `: ${said}`}`,
		exercise: (ok: boolean, command: string) => `${ok ? "exercised" : "exercise failed"}: ${command}`,
		signal: (signal: string) => `sent ${signal}`,
		missing: (count: number) => `${count} missing`,
	},
	install: installEn,
	record: recordVerbEn,
	transfer: transferEn,
	update: updateEn,
	watch: watchEn,
	minimise: minimiseEn,
	check: {
		clean: "nothing found",
		danger: "danger",
		warning: "warning",
		accepted: "accepted",
		known: "known",
		damaged: "damaged",
		update: "update",
		securityUpdate: "SECURITY UPDATE",
		drift: (name: string | undefined, from: string | undefined, to: string | undefined, files: string) => {
			if (name === undefined) return `files that belong to no package are others on the host now: ${files}`;
			if (to === undefined) return `${name} ${from ?? ""} is gone from the host, or its files are: ${files}`;
			if (from === to) return `files of ${name} ${to} were changed on the host: ${files}`;
			return `${name} ${from ?? "?"} -> ${to}: ${files}`;
		},
		moreFiles: (count: number) => `${count} more`,
		wouldAdd: (count: number, paths: string) => `would add ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		wouldDrop: (count: number, paths: string) => `would drop ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		wouldChange: (count: number, paths: string) => `would change ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		behind: (name: string, pids: string) =>
			`Still in another generation: ${pids}. What runs there has the present files at its next start; cagewright update ${name} restarts it.`,
		wouldSet: (settings: string) => `would change what is set beside the files: ${settings}`,
		toUpdate: (name: string) => `to bring it up to date, tried before it is used: cagewright update ${name}`,
		nagios: {
			clean: (count: number) => `${count} ${count === 1 ? "cage" : "cages"}, nothing found`,
			dangers: (names: string) => `dangers in ${names}`,
			security: (names: string) => `security updates missing in ${names}`,
			outdated: (names: string) => `updates missing in ${names}`,
			warnings: (names: string) => `warnings in ${names}`,
		},
	},
	list: {
		damaged: "damaged",
		none: "There is no cage yet. Try: cagewright make demo --yes",
		head: ["Name", "Gen", "Files", "Size", "State", "Command"],
		running: (pid: number) => `running (${pid})`,
		stopped: "stopped",
		stale: "old",
		notBuilt: "not built",
	},
	show: {
		aside: "Kept so that nothing is lost; take away what you do not need:",
		command: "Command",
		account: "Account",
		generation: "Generation",
		others: "Also kept",
		made: "Made",
		probes: "Probes",
		logs: "Logs",
		trials: "Trials",
		trial: (round: number, answered: boolean, at: string) => `round ${round}: ${answered ? "answered" : "not answered"}, ${at}`,
		entries: "Entries",
	},
	adoption: adoptionEn,
	remove: removeEn,
	unit: {
		done: {
			installed: (path: string) => `Wrote ${path}.`,
			replaced: (path: string) => `Wrote ${path} anew.`,
			unchanged: (path: string) => `${path} is as it should be.`,
			removed: (path: string) => `Removed ${path}.`,
		},
		would: {
			installed: (path: string) => `Would write ${path}.`,
			replaced: (path: string) => `Would write ${path} anew.`,
			unchanged: (path: string) => `${path} is as it should be.`,
			removed: (path: string) => `Would remove ${path}.`,
		},
		notReloaded: "No systemd runs here; it reads the file when it starts.",
		next: {
			installed: (unit: string) =>
				`To start it in its cage, now and at boot: systemctl enable ${unit} && systemctl restart ${unit}`,
			replaced: (unit: string) => `It takes effect at the next start: systemctl restart ${unit}`,
			removed: (unit: string) => `What runs of ${unit} goes on as it was started, until it is stopped or restarted.`,
		},
		score: {
			head: ["Service", "Exposure (0 closed, 10 open; systemd-analyze security)"],
			inCage: (name: string) => `${name} in its cage`,
			open: ["What still counts", "Costs", "Open for"],
			asAccount:
				"It starts as root, which costs most of this, and each capability on top. `--refuse capability:NAME` closes one, if the trial then still answers; an application that can start as an account (`--user`) is closed best.",
			forLogs: (name: string, openings: readonly string[]) =>
				`It needs ${openings.join(" and ")} for its logs alone. Made again with ${openings.map((word) => `--refuse ${word}`).join(" ")} it goes without, if logrotate makes them as \`cagewright unit ${name} --logrotate\` says.`,
			noProof: "A score is no proof: it counts settings. `cagewright selftest` tries the ways out.",
		},
	},
	certificateCopied: (name: string, path: string) =>
		`${name} has ${path} as a copy, which a renewal does not reach. Make the cage again with: --bind /etc/letsencrypt/live --bind /etc/letsencrypt/archive`,
	/** `keepWrites` undefined: where there is no such option. */
	shell: (name: string, keepWrites: boolean | undefined) =>
		`A shell in the cage ${name}, confined as its application. ${keepWrites ? "What it writes to the data stays." : `What it writes is thrown away${keepWrites === undefined ? "" : " (--keep-writes keeps it)"}.`} Leave it with exit.`,
	apps: {
		head: ["Name", "Found as", "Listens", "Package", "Command"],
		reasons: { unit: "unit", process: "process", template: "template" },
		enabled: "enabled",
		running: (pid: number) => `running (${pid})`,
		cannot: "Cannot be caged as they stand",
		next: "More of one: cagewright apps NAME. To cage a unit: cagewright make NAME.service",
		make: (unit: string) => `To cage it: cagewright make ${unit}`,
		found: "Found as",
		file: "Unit file",
		package: "Package",
		listens: "Listens",
		command: "Command",
		account: "Account",
		directory: "Working directory",
		environment: "Environment",
		directories: "Directories",
		notes: "Notes",
		none: "No application was found. Any command can be caged: cagewright make --name NAME --probe CMD -- COMMAND",
	},
	doctor: {
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
	},
	sessions: {
		head: ["Session", "Cage", "Step", "Left", "What it cages"],
		none: "No session was left.",
		open: (pid: number) => `open in process ${pid}`,
		damaged: "cannot be read; the wizard sets it aside",
		session: "Session",
		cage: "Cage",
		command: "Command",
		left: "Left",
		step: "Step",
		state: "State",
		place: "Place",
		traced: "Traced",
		planned: "Planned",
		rounds: "Trial rounds",
		goOn: "Go on",
		same: "Without the wizard",
		no: "not yet",
		paths: (count: string) => `${count} paths`,
		entries: (count: string) => `${count} entries`,
		question: (name: string) => `Discard the session ${name}, with what was answered and traced? [y/N]`,
		kept: (name: string) => `The session ${name} stays.`,
		removed: (name: string) => `The session ${name} is gone.`,
	},
	template: templateEn,
};

export type CliMessages = Widen<typeof cliEn>;
