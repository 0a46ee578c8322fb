import type { Widen } from "../widen.ts";
import { planEn } from "./plan.ts";
import { recordVerbEn } from "./record.ts";
import { templateEn } from "./template.ts";
import { adoptionEn, doctorEn, installEn, minimiseEn, removeEn, transferEn, updateEn, watchEn } from "./upkeep.ts";

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
	plan: planEn,
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
			forLogs: (name: string, permissions: readonly string[]) =>
				`It needs ${permissions.join(" and ")} for its logs alone. Made again with ${permissions.map((word) => `--refuse ${word}`).join(" ")} it goes without, if logrotate makes them as \`cagewright unit ${name} --logrotate\` says.`,
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
	doctor: doctorEn,
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
