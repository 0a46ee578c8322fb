import type { Command } from "../state/command.ts";
import type { Screen } from "../state/state.ts";

/** Labels of the commands that keys run. */
export const keysEn: Readonly<Record<Command, string>> = {
	"go-on": "continue",
	choose: "choose",
	"new-cage": "new cage",
	perform: "do it",
	fix: "do what it advises",
	"stop-cage": "stop it",
	install: "install, check again",
	start: "to the button",
	"finish-early": "continue",
	build: "build and test",
	again: "try again",
	"run-next": "run next",
	"another-run": "another run",
	"next-view": "next view",
	"previous-view": "previous view",
	"watch-running": "trace running process",
	"start-over": "trace again, discard the runs",
	"accept-remedies": "add and try again",
	minimise: "leave out unneeded files",
	"finish-search": "stop, show results",
	"leave-out": "build without it",
	save: "save",
	"finish-anyway": "save anyway",
	pick: "choose",
	back: "back",
	stop: "back",
	quit: "quit",
	interrupt: "quit",
	keys: "all keys",
	why: "about",
	commands: "executed commands",
	search: "search",
	toggle: "toggle",
	output: "output",
	selftest: "self-test",
	shell: "shell",
	"next-match": "next match",
	"previous-match": "previous match",
	"next-tab": "next view",
	"previous-tab": "previous view",
	"next-file": "next file",
	"previous-file": "previous file",
	"type-command": "type a command",
	exercise: "exercise",
	include: "add",
	exclude: "leave out",
	writable: "writable",
	open: "open",
	"open-all": "open or close all below",
	"close-folder": "close",
	"close-or-back": "close, back",
	all: "all shown",
	package: "whole package",
	kind: "all of this kind",
	bind: "mount",
	empty: "empty",
	decoys: "decoys",
	look: "look inside",
	copy: "copy",
	rounds: "what changed",
	undo: "undo",
	redo: "redo",
	"next-waiting": "next [!]",
	"dry-run": "dry run",
	"save-review": "save list",
	"to-application": "application",
	"to-files": "files",
	"to-accounts": "accounts",
	submit: "done",
	close: "close",
	yes: "yes",
	no: "no",
	"next-field": "next",
	begin: "start tracing",
	"try-probe": "try the probe",
	"previous-field": "previous",
	discard: "discard",
	"line-start": "start of line",
	"line-end": "end of line",
	"cut-before": "delete to the start",
	"cut-after": "delete to the end",
	"cut-word": "delete previous word",
	up: "up",
	down: "down",
	"page-up": "page up",
	"page-down": "page down",
	first: "first",
	last: "last",
};

export const keyNamesEn: Readonly<Record<string, string>> = {
	enter: "Enter",
	escape: "Esc",
	space: "Space",
	tab: "Tab",
	"shift-tab": "Shift-Tab",
	up: "↑",
	down: "↓",
	left: "←",
	right: "→",
	pageup: "PgUp",
	pagedown: "PgDn",
	home: "Home",
	end: "End",
	"ctrl-c": "Ctrl-C",
	"ctrl-b": "Ctrl-B",
	"ctrl-f": "Ctrl-F",
	"ctrl-r": "Ctrl-R",
	"ctrl-a": "Ctrl-A",
	"ctrl-e": "Ctrl-E",
	"ctrl-g": "Ctrl-G",
	"ctrl-k": "Ctrl-K",
	"ctrl-t": "Ctrl-T",
	"ctrl-u": "Ctrl-U",
	"ctrl-w": "Ctrl-W",
	f1: "F1",
	f2: "F2",
	f3: "F3",
	f4: "F4",
};

interface Why {
	readonly purpose: string;
	readonly machine: string;
	readonly proposals: string;
}

/** The page behind `i`: the purpose of a screen, its effect on the machine, the origin of its proposals. */
export const whyEn = {
	title: "About this step: {step}",
	machine: "Effect on this machine:",
	proposals: "Proposals:",
	names: {
		home: "your cages",
		cage: "one cage",
		requirements: "missing requirements",
		choose: "application",
		form: "how the application starts",
		trace: "tracing",
		files: "files and devices",
		accounts: "accounts",
		build: "review before building",
		trial: "trial",
		save: "saving",
	} satisfies Record<Screen, string>,
	steps: {
		home: {
			purpose:
				"The list shows how each cage is doing: whether it runs and how, alarms since you last looked at them, outdated files and findings of the check. Press Enter to see a cage and what you can do with it.",
			machine: "None. The list is read again every few seconds while it is open.",
			proposals: "An exclamation mark says that a cage needs a look. Sessions that you left are below the cages.",
		},
		cage: {
			purpose:
				"Press Tab for the views: what an intruder could still do, the alarms and how to permit or stop their cause, what the check reports, the history and the files.",
			machine: "None. Each action first shows what it will change and the command that it stands for.",
			proposals: "The list offers the actions that are possible now.",
		},
		requirements: {
			purpose:
				"Cagewright needs some programs to trace an application and to confine it. This machine does not have all of them. Install them first, because no later step is reliable without them.",
			machine: "Enter installs only the listed packages, with the system's package manager. Press c to see the commands.",
			proposals: "Cagewright checked each requirement on this machine and lists the package that provides it.",
		},
		choose: {
			purpose:
				"A cage confines one application. It contains only the files, accounts and rights that this application needs. Choose the application first.",
			machine: "None. Cagewright read templates, units and listening processes. It started and stopped nothing.",
			proposals:
				"Templates are built in or saved by you. Services are systemd units that can be caged. Running applications listen on a port and belong to no unit.",
		},
		form: {
			purpose:
				"Cagewright builds the cage from what the application does when it starts with these settings. The probe sends a real request, and every later step uses it to check that the application works. An attacker who takes over the application gets the rights of its account.",
			machine:
				"None until tracing starts. Ctrl-T runs the probe as a shell line on the host. If nothing answers, Cagewright starts the application briefly in a sandbox and discards what it writes.",
			proposals:
				"Command, account, directory and variables come from the template, the unit or the running process. The probe comes from the program's known protocol, or is guessed from its port or its greeting.",
		},
		trace: {
			purpose:
				"Documentation never lists every file that an application opens. strace therefore traces the application from start through requests and reload to stop, and the cage gets the files that it uses. If you do not exercise a function now, its files may be missing in the trial or later.",
			machine:
				"The application runs in a sandbox: a copy of the file system that is discarded, and a separate network. Production services keep running. Its requests to services of this machine, such as a database, are real. Only “on the host” makes its writes permanent.",
			proposals:
				"Probes and exercises are the lines from the form. The suggestions use the probe's client and files of the package that were not used yet. Press x to run the next suggestion, or e to enter your own.",
		},
		files: {
			purpose:
				"An attacker who takes over the application can read and use everything in the cage, so include as little as possible. The cage contains the files that the application used. Remove what it does not need. Secrets and setuid files require your consent.",
			machine: "None. Cagewright keeps your decisions as rules and applies them when it builds the cage.",
			proposals:
				"The list contains files opened during the trace, libraries that the programs' headers require, files named by a template, and files that Cagewright generates. Each entry shows its reason.",
		},
		accounts: {
			purpose:
				"Cagewright writes a passwd and a group file for the cage. They contain only the names that the application must find, and no passwords.",
			machine: "None. Cagewright writes these files into the cage when it builds it. The system's own files do not change.",
			proposals: "The application's account, accounts that it switched to during the trace, and owners of files in the cage.",
		},
		build: {
			purpose:
				"Nothing has been written yet. This page shows everything that Cagewright will write, risks first. Press {key:to-application}, {key:to-files} or {key:to-accounts} to change an answer.",
			machine:
				"Enter copies the files into a new generation in the state folder and starts the application there once, in a sandbox. A running cage of the same name is not affected.",
			proposals:
				"The cage gets only the capabilities and permissions whose use succeeded in the trace. Everything else stays refused.",
		},
		trial: {
			purpose:
				"A cage works only if the application answers from inside it. The list shows what the application did not find, and a remedy for each. Accept the remedies and try again until nothing important is missing. Then press m to find files that nothing needs.",
			machine:
				"The application runs in the cage with a separate network and a copy of its state, which is discarded. The cage's current generation does not change.",
			proposals:
				"Cagewright traced the application in the cage to find what is missing. Each remedy adds only the file, right or account that the refused call needs.",
		},
		save: {
			purpose:
				"The cage works, and nothing is saved before you choose how. Save it alone, or go straight on: run it as a service, adopt the running service, or keep the answers as a template. The command makes the same cage without questions, and the record documents what it contains and why.",
			machine:
				"Cagewright saves cages, templates and records in the state folder. A service changes only after a page that says how.",
			proposals: "The command contains only the decisions that differ from the proposals.",
		},
	} satisfies Record<Screen, Why>,
};
