import type { Command } from "../../wizard/bindings.ts";
import type { Screen } from "../../wizard/state.ts";

/** The words for what keys do, and the names of the keys; English. */
export const keysEn: Readonly<Record<Command, string>> = {
	"go-on": "go on",
	choose: "choose",
	install: "install, look again",
	start: "to the button",
	"finish-early": "enough, go on",
	build: "build and try",
	again: "try again",
	"run-next": "run next",
	"another-run": "another run",
	"next-view": "next view",
	"previous-view": "view before",
	"watch-running": "watch as it runs",
	"start-over": "trace anew, forget the runs",
	"accept-remedies": "add and try again",
	minimise: "leave out the unneeded",
	"finish-search": "enough, show it",
	"leave-out": "build without it",
	save: "save",
	"finish-anyway": "save as it is",
	pick: "choose",
	end: "finish",
	back: "back",
	stop: "back",
	quit: "quit",
	interrupt: "quit",
	keys: "all keys",
	why: "why",
	commands: "commands that ran",
	search: "search",
	toggle: "in or out",
	output: "output",
	selftest: "self-test",
	shell: "shell",
	"next-match": "next match",
	"previous-match": "match before",
	"next-tab": "next view",
	"previous-tab": "view before",
	"next-file": "next file",
	"previous-file": "file before",
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
	package: "the whole package",
	kind: "all of this kind",
	bind: "mount",
	empty: "empty",
	undo: "undo",
	redo: "redo",
	"next-waiting": "next [!]",
	"dry-run": "dry run",
	"save-review": "save this list",
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
	"previous-field": "before",
	discard: "discard",
	"line-start": "start of the line",
	"line-end": "end of the line",
	"cut-before": "clear what stands before",
	"cut-after": "clear what stands after",
	"cut-word": "clear the word before",
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
};

interface Why {
	readonly purpose: string;
	readonly machine: string;
	readonly proposals: string;
}

/** The page behind `i`: why a screen is there, what it does to the machine, where its proposals come from. */
export const whyEn = {
	title: "Why: {step}",
	machine: "To this machine:",
	proposals: "Proposals:",
	names: {
		requirements: "what is missing",
		choose: "the application",
		form: "how it starts",
		trace: "watching it",
		files: "files and devices",
		accounts: "accounts",
		build: "review before anything is written",
		trial: "the trial",
		save: "saving",
	} satisfies Record<Screen, string>,
	steps: {
		requirements: {
			purpose:
				"Watching an application and holding it in a cage takes programs that this machine lacks. Without them no step that follows could be trusted, so they come first.",
			machine:
				"Enter installs the packages that are named, with the system's own package manager; nothing else. c shows the commands.",
			proposals: "Each thing was looked for or tried on this machine; the package is the one that brings it here.",
		},
		choose: {
			purpose:
				"A cage is made for one application: it gets the files, accounts and rights that this one needs, and nothing of the others. So the first question is which one.",
			machine: "Nothing. Templates, units and listening processes were read, none was started or stopped.",
			proposals:
				"Templates come with this program or were saved by you. Services are the systemd units of this machine that could be caged; running ones listen at a port and belong to no unit.",
		},
		form: {
			purpose:
				"The cage is built from what the application does when it is started like this. The probe is a real request: it decides in every later step whether the application works. The account is what an intruder would be.",
			machine:
				"Nothing until tracing starts. Trying a probe (Ctrl-T) runs that one line as a shell would, against what runs on this host now; where nothing answers, the application is started for a moment in a sandbox, and what it writes there is thrown away.",
			proposals:
				"Command, account, directory and variables come from the template, the unit or the running process; probes from the protocol that the program is known for, or that its port is known for, which is a guess. Where neither is known, the ports at which it listens now were connected to once, to see whether it greets or speaks HTTP: a guess as well.",
		},
		trace: {
			purpose:
				"Documentation never lists every file that an application opens. So it is started and watched by strace, from its start through requests, reload and stop: what it touches is what the cage needs. What is not exercised now is missed in the trial, or later.",
			machine:
				"The application runs in a sandbox: a copy of the file system in which everything that it writes is thrown away, and a network of its own. What runs in production goes on. Only with “on the host” does it write for real.",
			proposals:
				"Probes and exercises are the lines of the form. What comes next asks for more with the client of the probe, and what the package holds and nothing has used yet is known from the package database; x runs the next line, e one of your own.",
		},
		files: {
			purpose:
				"Everything that is in the cage can be read by whoever breaks into the application, and used. So less is better: what it touched is in, what nobody needs can go, secrets and setuid files wait for your yes.",
			machine: "Nothing. Decisions are kept as rules and used when the cage is built.",
			proposals:
				"Files that were opened while it was watched, the libraries that programs need by their own headers, what a template names, and the few that the launcher writes. Each entry says which of these it is.",
		},
		accounts: {
			purpose:
				"A cage gets a passwd and a group file of its own, with those names alone that the application needs to find. The other accounts of the machine are nobody's business in there, and no password is copied.",
			machine: "Nothing. These files are written inside the cage when it is built; the system's own stay as they are.",
			proposals:
				"The account that it starts as, those that it switched to while it was watched, and the owners of the files that go in.",
		},
		build: {
			purpose:
				"Until here nothing was written. This is everything that will be, with what is dangerous first; 1, 3 and 4 lead back to each answer.",
			machine:
				"Enter copies the files into a new generation below the state folder and starts the application there once, in a sandbox. A cage of the same name that runs now is left alone.",
			proposals:
				"Capabilities and openings are those whose use was seen to succeed while it was watched; whatever was not seen stays closed.",
		},
		trial: {
			purpose:
				"A cage is good when the application answers from inside it, and only then. What it looked for and did not find is listed with what would remedy it; accept and try again until nothing that matters is left. Once it answers, m finds by further trials what nothing needs.",
			machine:
				"The application runs in the cage, in a network of its own, and its state is a copy that is thrown away. The present generation of the cage is untouched.",
			proposals:
				"What was missing comes from watching it inside the cage. A remedy is the one file, right or account that the refused call asked for.",
		},
		save: {
			purpose:
				"The cage stands. What remains is to start it in production, to keep it up to date, and to be able to make it again: the command does the same without questions, the record says what is inside and why.",
			machine: "Saved templates and records are files below the state folder. Showing the unit installs nothing.",
			proposals: "The command names what you decided differently from what was proposed, and nothing else.",
		},
	} satisfies Record<Screen, Why>,
};
