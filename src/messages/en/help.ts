import { adoptHelpEn } from "../../adopt/text/help.en.ts";
import { checkHelpEn } from "../../check/text/help.en.ts";
import { explainHelpEn } from "../../explain/text/help.en.ts";
import { installHelpEn } from "../../install/text/help.en.ts";
import { launchHelpEn } from "../../launch/text/help.en.ts";
import { makeHelpEn } from "../../make/text/help.en.ts";
import { minimiseHelpEn } from "../../minimise/text/help.en.ts";
import { permissions, planHelpEn } from "../../plan/text/help.en.ts";
import { recordHelpEn } from "../../record/text/help.en.ts";
import { foreignSelftestEn } from "../../selftest/text/foreign.en.ts";
import { serviceHelpEn } from "../../service/text/help.en.ts";
import { sessionsHelpEn } from "../../sessions/text/help.en.ts";
import { templateHelpEn } from "../../template/text/help.en.ts";
import { traceHelpEn } from "../../trace/text/help.en.ts";
import { transferHelpEn } from "../../transfer/text/help.en.ts";
import { unitHelpEn } from "../../unit/text/help.en.ts";
import { upkeepHelpEn } from "../../upkeep/text/help.en.ts";
import { watchHelpEn } from "../../watch/text/help.en.ts";
import type { Widen } from "../widen.ts";

/**
 * Texts of `--help`, man pages, the command line reference and usage errors. A verb's own text for an option wins over the shared one.
 * Loaded only when one of them is printed.
 */
export const helpEn = {
	program: "Put an application into a chroot cage, prove that it works there, and document it. Without a verb, the wizard opens.",
	overview: {
		about: "Put a service into a chroot cage and prove that it works. No verb: the wizard.",
		groups: {
			create: "Create",
			run: "Run",
			look: "Look",
			upkeep: "Keep up to date",
			document: "Document",
			machine: "This machine",
		},
		rows: {
			make: "trace, plan, build and test a cage",
			steps: "the same, one step at a time",
			services: "move a service into a cage, or back",
			transfer: "move a cage to another machine",
			running: "start it, look around, signal it",
			unit: "run it as a systemd service",
			looking: "list; show files; explain refusals",
			selftest: "try to escape; report attacks",
			comparing: "find changes and weaknesses",
			updating: "rebuild, go back, compare",
			removing: "remove unneeded files, or a cage",
			documents: "document it; templates, sessions",
			finding: "list services; check requirements",
			installing: "set up or remove the program",
		},
		wizard: "Wizard",
		options: "Options",
		example: "Example",
		more: "`cagewright VERB --help` shows a verb's options, `man cagewright` everything.",
	},
	usage: "Usage:",
	/** Replaces the arguments in the program's own usage line. */
	programUsage: "[VERB] [ARGUMENTS] [OPTIONS]",
	optionsWord: "[OPTIONS]",
	groups: {
		application: "Application:",
		cage: "Cage:",
		answers: "Questions:",
		start: "How the application starts:",
		files: "Files:",
		permissions: "Permissions and accounts:",
		runs: "Trace and trial:",
		minimising: "Minimising:",
		own: "Options:",
		permissionWords: "PERMISSION of --allow and --refuse:",
		global: "Options of every verb:",
		wizard: "Options of the wizard:",
		examples: "Examples:",
	},
	moreOptions: "Less common options",
	repeatable: "repeatable",
	default: "default",
	permissions,
	options: {
		version: "Print the version",
		help: "Show this help",
		state: "Folder of cages, templates and sessions",
		lang: "Language of the output",
		color: "Print without colour",
		quiet: "Print no progress",
		json: "Print one JSON document on stdout",
		events: "Print one JSON object per line on stderr during the work",
		require: "Refuse to start a cage if a protection layer is missing",
		resume: "Resume a saved session (default: the latest)",
		linear: "Ask line by line, for screen readers and simple terminals",
		inline: "Draw below the present terminal content, not on a separate screen",
		ascii: "Draw with ASCII characters only",
		name: "Name of the cage (default: that of the template, unit or command)",
		user: "Account that the application starts as; GROUPS are added to its own groups (default: root, with only the capabilities it needs)",
		cwd: "Working directory",
		timeout: "Seconds to wait for the first answer",
		network: "Network of the running cage",
		calls: "System call filter: the general one, or one made from the application's observed calls",
		limitMemory: "Maximum memory of the application, such as 512M",
		limitProcesses: "Maximum number of its processes and threads",
		limitFiles: "Maximum number of open files of each process",
		env: "Set an environment variable",
		clientProbe:
			"Shell line that asks as a client does, on the host; must exit 0 before and after the move, and after later updates. To ask as another account: runuser -u ACCOUNT -- COMMAND",
		probe: "Shell line that exits 0 if the application answered a real request; all probes must pass",
		exercise: "Shell line that makes the application use more of its code during the trace",
		include: "Put a file or a directory with its contents into the cage",
		exclude: "Leave matching files out",
		writable: "Directory that the application may write to",
		seed: "Copy this file or directory of the host once, as the first content of the cage's data",
		bind: "Mount a host directory instead of copying it",
		device: "Device node that the cage gets",
		directory: "Directory to create before the application starts, as RuntimeDirectory= in a unit does",
		socket:
			"Socket to open before the application starts, as systemd does: KIND ADDRESS [name=NAME] [mode=MODE] [user=USER] [group=GROUP] [OPTION…]",
		allowSecret: "Private key, shadow file or token that may go into the cage",
		acceptFinding: "Start the cage despite this finding of `check`; each start reports it again",
		allowSetuid: "Setuid file that may go into the cage",
		allowWrite: "Directory of persons or other services that --bind PATH:rw may mount read-write",
		decoy:
			"Place decoys: worthless files that the application never opens; opening one raises an alarm (default: where intruders look)",
		allow: "Grant a permission that the trace did not prove necessary; the words are listed below",
		refuse: "Refuse a permission although the trace used it",
		account: "Add this user or group of the host to the cage, without password and shell: NAME, user:NAME or group:NAME",
		set: "Set a parameter of the template",
		withoutAccount: "Leave out a user or group although the trace used it",
		dedicatedAccount: "Run as an account that no other service uses; create it if it is missing (default: cage-NAME)",
		onHost: "Trace without the sandbox: everything that the application writes and sends is real",
		selftest: "Skip the escape techniques",
		rounds: "Maximum number of trial rounds (default: 5, with --attach 20)",
		yes: "Accept all proposals; secrets, setuid files and directories of others still need their own option",
		dryRun: "Show what would be done and change nothing",
		replace: "Replace a cage of this name that is damaged or belongs to another application; its data is kept",
		attach: "Trace a running process and its children; it keeps running",
		for: "Trace at least this long: seconds, or a time such as 30m or 24h (only with --attach)",
		takeDocumented:
			"Add files that the application's documentation names, although the trace did not use them; `plan` only shows them",
		copyData: "Give the cage a copy of the state; `release` copies it back",
		minimise: "At the end, remove files that trials prove unnecessary",
		keep: "Never remove matching files",
		keepKind: "Never remove files of this kind",
		giveUp: "Also remove unnecessary files of this kind, which are kept by default because probes rarely notice their absence",
		jobs: "Number of parallel trials (default: one per processor)",
		dropin: "Test with the drop-in for this service of the host",
		root: "Work on another system's file tree",
		all: "All cages on this machine",
		restart: "Do not restart the running application; the change takes effect at its next start",
	},
	verbs: {
		...adoptHelpEn,
		...checkHelpEn,
		...explainHelpEn,
		...installHelpEn,
		...launchHelpEn,
		...makeHelpEn,
		...minimiseHelpEn,
		...planHelpEn,
		...recordHelpEn,
		...serviceHelpEn,
		...sessionsHelpEn,
		...templateHelpEn,
		...traceHelpEn,
		...transferHelpEn,
		...unitHelpEn,
		...upkeepHelpEn,
		...watchHelpEn,
		selftest: foreignSelftestEn.help,
	},
	errors: {
		unknownVerb: "Unknown verb '{word}'.",
		missingVerb: "Name a verb.",
		unreadable: "The arguments cannot be read.",
		unknownOption: "Unknown option '{word}'.",
		missingArgument: "Missing argument {word}.",
		missingValue: "Option {word} needs a value.",
		conflict: "Options {word} and {other} exclude each other.",
		excess: "Too many arguments for '{word}'.",
		invalidOption: "Invalid value '{value}' for {word}: use {allowed}.",
		invalidArgument: "Invalid value '{value}' for {word}: use {allowed}.",
		suggestion: "Did you mean {words}?",
		or: " or ",
		see: "See `{command}`.",
	},
	/** What an option or argument accepts: the second half of an error. */
	allowed: {
		seconds: "a number of seconds above 0",
		time: "a time such as 90, 30m, 24h or 7d",
		duration: "a time such as 90s, 10m or 1h",
		process: "a process ID",
		count: "a whole number from 1 to 100",
		whole: "a whole number from {values}",
		size: "a size of at least 4M, such as 512M or 2G",
	},
};

export type HelpMessages = Widen<typeof helpEn>;
