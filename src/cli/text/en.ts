import { adoptionEn, clientsEn } from "../../adopt/text/en.ts";
import { doctorEn, installEn } from "../../install/text/en.ts";
import type { Widen } from "../../messages/widen.ts";
import { minimiseEn } from "../../minimise/text/en.ts";
import type { GrantSource } from "../../plan/plan.ts";
import { planEn } from "../../plan/text/en.ts";
import { recordVerbEn } from "../../record/text/en.ts";
import { templateEn } from "../../template/text/en.ts";
import { transferEn } from "../../transfer/text/en.ts";
import { removeEn, staleEn, updateEn } from "../../upkeep/text/en.ts";
import { watchEn } from "../../watch/text/en.ts";

/** Output of the verbs. Byte counts are already formatted. */
export const cliEn = {
	// make and its steps
	buildQuestion: (name: string) => `Build the cage ${name} from this plan? [y/N]`,
	isYes: (answer: string) => /^y(es)?$/i.test(answer),
	nothingMade: "Nothing was built.",
	built: (root: string, unchanged: boolean, next: string) => `${unchanged ? "Unchanged" : "Built"}: ${root}\nNext: ${next}`,
	wouldTry: (name: string, probes: readonly string[]) =>
		`Would start ${name} in its cage, with a separate network, and run:\n${probes.map((probe) => `  ${probe}`).join("\n")}`,
	dryRun: {
		title: (name: string) => `Would make the cage ${name}. Nothing was started or changed.`,
		command: "Command",
		account: "Account",
		dedicatedAccount: (name: string) => `in the cage ${name}, created on this machine if missing`,
		rootAccount: "root, keeping only the capabilities that it needs",
		directory: "Working directory",
		probes: "Probes",
		exercises: "Exercises",
		directories: "Directories",
		notes: "Notes",
		trace: (onHost: boolean, pid: number | undefined) =>
			pid !== undefined
				? `1. Trace process ${pid} with strace while it runs, and leave it running`
				: onHost
					? "1. Trace with strace on the host, without a sandbox: everything that the application writes, sends and changes is permanent"
					: "1. Trace with strace in a sandbox that discards what the application writes",
		plan: "2. Plan files, devices, accounts and permissions",
		build: (place: string) => `3. Build ${place}`,
		trial: (rounds: number) => `4. Test it in the cage, in at most ${rounds} rounds, until it answers every probe`,
		minimise: "5. Leave out files that trials prove unnecessary, then test the rest again",
		record: (step: number) => `${step}. Write the record and the log`,
		same: "To run it:",
	},
	pressEnter: "Use the application as usual, then press Enter.",
	traced: (name: string, paths: number, calls: number, next: string) =>
		`Traced ${name}: ${paths} paths in ${calls} calls. Next: ${next}`,
	plan: planEn,
	difference: {
		none: (generation: number) => `Nothing would change in generation ${generation}.`,
		title: (generation: number) => `Compared with generation ${generation}:`,
		settings: {
			command: "command",
			identity: "account",
			writable: "writable directories",
			binds: "binds",
			accounts: "accounts in the cage",
			openings: "permissions",
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
		containers: "in containers",
		fleet: "on other machines",
		permissions: "Permissions",
		noPermissions: "Permissions: none",
		permissionNeed: (call: string, program?: string) => (program === undefined ? call : `${call} by ${program}`),
		permissionSource: (source: GrantSource, round?: number) =>
			({
				trace: "succeeded in the trace",
				trial: `refused in trial round ${round}`,
				option: "allowed by option",
				company: "named by its configuration or libraries",
			})[source],
		offered: "Refused in the cage; the option permits it",
		leftOut: "Left out and not needed by any probe",
		warnings: "Warnings",
	},
	round: {
		probe: (ok: boolean, command: string) => `${ok ? "[ok]  " : "[fail]"} ${command}`,
		exercise: (command: string) => `[fail] ${command} (succeeded in the trace)`,
		head: ["Round", "Answer", "Probes", "Missing", "Gen.", "Seconds", "Added before"],
		yes: "yes",
		no: "no",
		missing: "Succeeded in the trace but fails in the cage, likeliest cause first:",
		none: "Nothing is missing.",
		said: "Its last output:",
		fix: (name: string) => `To add the missing items and try again: cagewright trial ${name} --yes`,
	},
	unitTrial: {
		passed: (unit: string, steps: readonly string[], seconds: string) =>
			`${unit} works in its cage: ${steps.map((step) => `systemctl ${step}`).join(", ")} (${seconds} s).`,
		failed: (unit: string, step: string, state: string) => `${unit} fails in its cage at systemctl ${step}: ${state}.`,
	},
	progress: {
		unit: (unit: string) => `Testing the systemd unit ${unit}…`,
		trace: "Tracing in a sandbox…",
		traceOnHost:
			"Tracing on the host, without a sandbox: everything that the application writes, sends and changes is permanent…",
		attach: "Tracing a running process…",
		attached: (pid: number, processes: number) =>
			processes === 1 ? `tracing process ${pid}` : `tracing process ${pid} and ${processes - 1} more`,
		plan: "Planning…",
		build: "Building the cage…",
		trial: (round: number, rounds: number) => `Trial in the cage, round ${round} of ${rounds}…`,
		paths: (paths: number, missing: number) => `Tracing: ${paths} paths (${missing} do not exist)`,
		copying: (percent: number, path: string) => `Building: ${percent} % ${path}`,
		probe: (ok: boolean, command: string) => `${ok ? "answered" : "no answer"}: ${command}`,
		awaitsFor: (seconds: number, limit: number) => `${seconds} s of up to ${limit} s`,
		awaitsStart: (program: string, time: string) => `waiting for ${program} to start, ${time}`,
		awaitsEnd: (program: string, time: string) => `waiting for ${program} to stop, ${time}`,
		awaitsAnswer: (time: string, said: string) => `waiting for an answer, ${time}${said === "" ? "" : `: ${said}`}`,
		awaitsExercise: (time: string, command: string) => `waiting for an exercise, ${time}: ${command}`,
		exercise: (ok: boolean, command: string) => `${ok ? "exercise succeeded" : "exercise failed"}: ${command}`,
		signal: (signal: string) => `sent ${signal}`,
		missing: (count: number) => `${count} missing`,
	},
	install: installEn,
	record: recordVerbEn,
	transfer: transferEn,
	stale: staleEn,
	update: updateEn,
	watch: watchEn,
	minimise: minimiseEn,
	check: {
		clean: "no findings",
		danger: "danger",
		warning: "warning",
		accepted: "accepted",
		acknowledged: (by: string, at: string, until: string | undefined) =>
			`(acknowledged by ${by} on ${at}${until === undefined ? "" : `, until ${until}`})`,
		stillPrevents: (name: string, finding: string, command: string) =>
			`${finding} still prevents every start of ${name}; only \`${command}\` permits one.`,
		toAcknowledge: (command: string) => `To acknowledge a finding, so that check passes: ${command}`,
		known: "known",
		damaged: "damaged",
		update: "update",
		securityUpdate: "SECURITY UPDATE",
		drift: (name: string | undefined, from: string | undefined, to: string | undefined, files: string) => {
			if (name === undefined) return `files without a package have changed on the host: ${files}`;
			if (to === undefined) return `${name} ${from ?? ""} or its files were removed from the host: ${files}`;
			if (from === to) return `files of ${name} ${to} were changed on the host: ${files}`;
			return `${name} ${from ?? "?"} -> ${to}: ${files}`;
		},
		moreFiles: (count: number) => `${count} more`,
		wouldAdd: (count: number, paths: string) => `would add ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		wouldDrop: (count: number, paths: string) => `would remove ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		wouldChange: (count: number, paths: string) => `would change ${count} ${count === 1 ? "entry" : "entries"}: ${paths}`,
		behind: (name: string, pids: string) =>
			`These processes run in another generation: ${pids}. To restart them in the current one: cagewright update ${name}`,
		wouldSet: (settings: string) => `would change settings: ${settings}`,
		toUpdate: (name: string) => `to rebuild and test it: cagewright update ${name}`,
		nagios: {
			clean: (count: number) => `${count} ${count === 1 ? "cage" : "cages"}, no findings`,
			dangers: (names: string) => `dangers in ${names}`,
			security: (names: string) => `security updates missing in ${names}`,
			outdated: (names: string) => `updates missing in ${names}`,
			warnings: (names: string) => `warnings in ${names}`,
		},
	},
	list: {
		damaged: "damaged",
		none: "No cages yet. Try: cagewright make demo --yes",
		head: ["Name", "Gen", "Files", "Size", "State", "Command"],
		running: (pid: number) => `running (${pid})`,
		stopped: "stopped",
		stale: "outdated",
		notBuilt: "not built",
	},
	show: {
		acknowledged: "Accepted",
		aside: "Data that Cagewright saved before replacing it; delete what you do not need:",
		command: "Command",
		account: "Account",
		generation: "Generation",
		others: "Other generations",
		made: "Made",
		probes: "Probes",
		logs: "Logs",
		trials: "Trials",
		trial: (round: number, answered: boolean, at: string) => `round ${round}: ${answered ? "answered" : "not answered"}, ${at}`,
		entries: "Entries",
	},
	adoption: adoptionEn,
	clients: clientsEn,
	remove: removeEn,
	unit: {
		done: {
			installed: (path: string) => `Wrote ${path}.`,
			replaced: (path: string) => `Replaced ${path}.`,
			unchanged: (path: string) => `${path} is up to date.`,
			removed: (path: string) => `Removed ${path}.`,
		},
		would: {
			installed: (path: string) => `Would write ${path}.`,
			replaced: (path: string) => `Would replace ${path}.`,
			unchanged: (path: string) => `${path} is up to date.`,
			removed: (path: string) => `Would remove ${path}.`,
		},
		notReloaded: "systemd does not run here. It reads the file when it starts.",
		next: {
			installed: (unit: string) =>
				`To start it in its cage, now and at boot: systemctl enable ${unit} && systemctl restart ${unit}`,
			/** For a separate unit of the cage. */
			installedOwn: (unit: string) =>
				`If the service also runs outside the cage, stop it first: systemctl disable --now SERVICE\nTo start the cage, now and at boot: systemctl enable --now ${unit}`,
			replaced: (unit: string) => `To apply the change: systemctl restart ${unit}`,
			removed: (unit: string) => `${unit} keeps running unchanged until it is stopped or restarted.`,
		},
		score: {
			head: ["Service", "Exposure (0 closed, 10 open; systemd-analyze security)"],
			inCage: (name: string) => `${name} in its cage`,
			open: ["Remaining exposure", "Costs", "Reason"],
			asAccount:
				"Most of this score comes from the start as root, and each capability adds to it. A start as another account (`--user`) lowers it most. `--refuse capability:NAME` removes a capability, if the application still answers without it.",
			forLogs: (name: string, permissions: readonly string[]) =>
				`The application needs ${permissions.join(" and ")} only for its logs. Rebuild the cage with ${permissions.map((word) => `--refuse ${word}`).join(" ")}, and let logrotate create the logs as \`cagewright unit ${name} --logrotate\` prints.`,
			noProof: "A score counts settings and proves nothing. `cagewright selftest` tries real escapes.",
		},
	},
	certificateCopied: (name: string, path: string) =>
		`Cage ${name} contains a copy of ${path}, which a renewal does not update. Rebuild the cage with: --bind /etc/letsencrypt/live --bind /etc/letsencrypt/archive`,
	printed:
		"The printed commands pass their own stdout and stderr to the application, which could empty a file there or change its mode. `run` relays them instead. For a file or device, append: 2>&1 | cat",
	/** `keepWrites` is undefined if the verb has no such option. */
	/** What an interrupted or failed command left. */
	left: {
		interrupted: "Interrupted.",
		nothingMade: "Nothing was made.",
		nothingChanged: "Nothing was changed.",
		traced: (name: string, remove: string) =>
			`The trace and the settings of ${name} stay for another try. To remove them: \`${remove}\`.`,
		made: (name: string, generation: number, remove: string) =>
			`Cage ${name} is made (generation ${generation}) and stays. To remove it: \`${remove}\`.`,
		switched: (name: string, generation: number, back: string) =>
			`Cage ${name} is at generation ${generation} now. To go back: \`${back}\`.`,
		adopted: (service: string, name: string, release: string) =>
			`${service} runs in cage ${name} now. To move it back: \`${release}\`.`,
		released: (service: string) => `${service} runs on the host again.`,
		removed: (name: string) => `Cage ${name} is partly removed. The next command finishes this.`,
	},
	runs: (name: string) => `${name} runs in its cage. Press Ctrl-C to stop it.`,
	shell: (name: string, keepWrites: boolean | undefined) =>
		`Shell in cage ${name}, confined like its application. ${keepWrites ? "Changes to the data are kept." : `Changes are discarded${keepWrites === undefined ? "" : " (--keep-writes keeps them)"}.`} Type 'exit' to leave.`,
	apps: {
		head: ["Name", "Found as", "Listens", "Package", "Command"],
		reasons: { unit: "unit", process: "process", template: "template" },
		enabled: "enabled",
		running: (pid: number) => `running (${pid})`,
		cannot: "Cannot be caged",
		next: "Details: cagewright apps NAME. To cage a unit: cagewright make NAME.service",
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
		none: "No applications found. To cage any command: cagewright make --name NAME --probe CMD -- COMMAND",
	},
	doctor: doctorEn,
	sessions: {
		head: ["Session", "Cage", "Step", "Saved", "Application"],
		none: "No saved sessions.",
		open: (pid: number) => `open in process ${pid}`,
		damaged: "damaged; the wizard moves it away",
		session: "Session",
		cage: "Cage",
		command: "Command",
		left: "Saved",
		step: "Step",
		state: "State",
		place: "Path",
		traced: "Traced",
		planned: "Planned",
		rounds: "Trial rounds",
		goOn: "Resume",
		same: "Without the wizard",
		no: "not yet",
		paths: (count: string) => `${count} paths`,
		entries: (count: string) => `${count} entries`,
		question: (name: string) => `Discard session ${name} with its answers and its trace? [y/N]`,
		kept: (name: string) => `Session ${name} was kept.`,
		removed: (name: string) => `Session ${name} was removed.`,
	},
	template: templateEn,
};

export type CliMessages = Widen<typeof cliEn>;
