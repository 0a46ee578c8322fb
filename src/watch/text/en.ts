import type { Alarm, LandlockWhy } from "../alarm.ts";

interface CallWords {
	readonly cage: string;
	readonly program: string;
	readonly pid: number;
	readonly call: string;
	readonly result: string;
	/** Empty if unknown. */
	readonly technique: string;
}

/** Alarms of `watch` and `selftest --alarm`. */
export const alarmsEn = {
	severities: { high: "HIGH", medium: "medium" } satisfies Record<Alarm["severity"], string>,
	results: { refused: "refused", killed: "killed", crashed: "crashed", opened: "opened", found: "found" } satisfies Record<
		Alarm["result"],
		string
	>,
	call: ({ cage, call, pid, program, result, technique }: CallWords) =>
		`${cage}: ${program}[${pid}] called ${call}: ${result}${technique ? ` (${technique})` : ""}`,
	/** What Landlock refused. */
	landlock: {
		"file-tree": "another file tree",
		"foreign-device": "a device outside /dev",
		"foreign-file": "a file outside its directories",
		"foreign-memory": "another process",
		"foreign-signal": "a signal to a process outside",
		"foreign-socket": "an abstract socket of a process outside",
		"other-port": "a TCP port outside the plan",
	} satisfies Record<LandlockWhy, string>,
	unnamed: (cage: string, technique: string) => `${cage}: Landlock refused ${technique}`,
	crash: (cage: string, program: string, pid: number) => `${cage}: ${program}[${pid}] crashed`,
	decoy: (cage: string, program: string, pid: number, path: string) =>
		`${cage}: ${program ? `${program}[${pid}]` : `process ${pid}, which has ended,`} opened the decoy ${path}`,
	drift: (cage: string, path: string, what: string) => `${cage}: ${path} ${what}`,
	/** Follows each alarm, if no option permits what was refused. */
	advice: {
		nothing: "No option permits it: stop the service and examine it.",
		nothingUsual: "No option permits it: find out why the application tries it.",
		crash: "Find out why: a failed attack may look like this.",
		drift: (cage: string) => `To see the fix: cagewright check ${cage}`,
		unknown: (cage: string) => `To see what permits it: cagewright explain ${cage}`,
	},
	repeated: (count: number) => `, ${count} times`,
	byAccount: "the process had already exited, so the cage was identified by its account",
	label: "Alarms",
	recent: (lastDay: number, newest: string) => `${lastDay} in the last 24 hours. Newest: ${newest}`,
	inList: (lastDay: number) => `${lastDay} ${lastDay === 1 ? "alarm" : "alarms"} in 24 hours`,
	watching: (names: readonly string[]) =>
		names.length ? `Watching ${names.join(", ")}. Press Ctrl-C to stop.` : "Watching every cage. Press Ctrl-C to stop.",
	reactions: {
		label: "Reaction",
		because: (alarm: string) => `The alarm: ${alarm}.`,
		stopped: (name: string, signal: string) => `\`watch\` stopped ${name} with ${signal}.`,
		ended: (name: string) => `\`watch\` wanted to stop ${name}, of which nothing ran any more.`,
		again: (command: string) => `To start it again: ${command}`,
		frozen: (name: string, processes: number) =>
			`\`watch\` suspended ${name} (${processes} ${processes === 1 ? "process" : "processes"}). To continue it: cagewright signal ${name} CONT.`,
		pending: (name: string, reaction: string) => `\`watch\` has not finished the reaction \`${reaction}\` for ${name}.`,
		failed: (name: string, reaction: string, problem: string) =>
			`The reaction \`${reaction}\` for ${name} failed and is tried again at the next alarm of this kind. ${problem}`,
		inList: {
			stopped: "stopped after an alarm",
			frozen: "suspended after an alarm",
			pending: (reaction: string) => `${reaction} after an alarm under way`,
			failed: (reaction: string) => `${reaction} after an alarm failed`,
		},
	},
	unit: {
		would: (path: string) => `Would write ${path} and start it.`,
		installed: (path: string) => `Wrote ${path}. Alarms go to the journal: journalctl CAGE=NAME`,
		wouldRemove: (path: string) => `Would stop and remove ${path}.`,
		removed: (path: string) => `Stopped and removed ${path}.`,
		absent: "`watch` is not installed as a service.",
		packaged: {
			would: (path: string) => `Would start ${path}, now and at each boot.`,
			installed: (path: string) => `Started ${path}, now and at each boot. Alarms go to the journal: journalctl CAGE=NAME`,
			wouldRemove: (path: string) => `Would stop ${path}.`,
			removed: (path: string) => `Stopped ${path}; it no longer starts at boot.`,
		},
	},
};

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
