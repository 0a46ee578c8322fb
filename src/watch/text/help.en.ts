/** Help of the verbs that watch running cages. */
export const watchHelpEn = {
	watch: {
		about: "Report attacks on running cages",
		details:
			"`watch` prints one line for each alarm: a system call that the cage refused and that the application never made in its trial, a crash, an opened decoy, or a file that endangers the cage, such as a changed program.",
		format: "Format of an alarm: text, JSON, Elastic Common Schema or syslog (RFC 5424)",
		onAlarm:
			"Reaction to alarms of severity HIGH: `report` only prints them, `stop` stops the cage, `freeze` suspends its processes, anything else is a shell line that gets the alarm on stdin (default: report)",
		stopTimeout: "With `--on-alarm stop`, kill it this long after SIGTERM (default: 10)",
		checkEvery: "Seconds between two checks of the cages' files, 0 for none (default: 600)",
		journal: "Also write alarms to the journal (journalctl CAGE=NAME)",
		withTests: "Also report alarms that trials and self-tests cause",
		install: "Install and start a systemd unit that watches",
		uninstall: "Stop and remove that unit",
		dryRun: "Show what --install or --uninstall would do",
	},
	metrics: {
		about: "Check all cages and print metrics for Prometheus",
		details: "A timer of `install` writes them once a day if node_exporter's folder for such files exists.",
		output: "Write to this file, readable by everybody, in one step (default: stdout, also `-`)",
		force: "Replace a file that Cagewright did not write",
	},
};
