import type { KeyGroup } from "../../wizard/key-groups.ts";
import type { PromptKind, StepName } from "../../wizard/state.ts";
import type { Widen } from "../widen.ts";
import { keyNamesEn, keysEn, whyEn } from "./keys.ts";
import { buildEn } from "./wizard/build.ts";
import { fileNoticesEn, filesEn } from "./wizard/files.ts";
import { formEn } from "./wizard/form.ts";
import { homeEn } from "./wizard/home.ts";
import { accountsEn, chooseEn, coverageEn, requirementsEn, saveEn, traceEn, traceNoticesEn, trialEn } from "./wizard/steps.ts";

/** Line mode, for screen readers and terminals without cursor movement. */
const linearEn = {
	welcome: "Cagewright in line mode. Answer with a number or a letter and press Enter. Type '?' to repeat the choices.",
	step: "Step {number} of {of}: {name}.",
	stepOf: "Step {number} of {of}: {name}. Cage: {cage}.",
	/** Words for the marks of the screens. */
	marks: {
		"[x]": "in:",
		"[ ]": "out:",
		"[~]": "partly in:",
		"[!]": "attention:",
		"[w]": "writable:",
		"[ok]": "ok:",
		"[!!]": "failed:",
		"[..]": "waiting:",
	},
	/** Whether a group of a list shows its items. */
	folded: "closed:",
	unfolded: "open:",
	selected: "selected:",
	attention: "attention:",
	leadsTo: "links to",
	number: "A number moves to an item of the list.",
	numberTakes: "A number chooses an item of the list.",
	numberEdits: "A number edits an item of the list.",
	enter: "Enter",
	action: "{typed}: {word}",
	more: "next part of the list",
	fewer: "previous part of the list",
	ask: "Your choice: ",
	askDefault: "Your choice, Enter: {word}: ",
	/** A single dot goes back. */
	prompt: "{label} (type '.' to go back): ",
	promptKeeps: "{label}, Enter keeps “{text}” (type '.' to go back): ",
	edit: "{label}, now “{text}”. Enter keeps it, '-' clears it: ",
	editEmpty: "{label}, now empty. Enter keeps it empty: ",
	unknown: "Unknown answer “{text}”. Type '?' to repeat the choices.",
};

/** Texts of the wizard. `fill` replaces their placeholders. */
export const wizardEn = {
	title: "Cagewright",
	step: "step {number}/{of} {name}",
	steps: {
		choose: "Choose",
		trace: "Trace",
		files: "Files",
		accounts: "Accounts",
		build: "Build",
		trial: "Trial",
		save: "Save",
	} satisfies Record<StepName, string>,
	tooSmall: "The terminal is too small: at least 40 columns and 12 lines are required.",
	looking: "Inspecting this machine…",
	more: "{above} above, {below} below",
	matches: "{at}/{count} “{query}”",
	nothingFound: "Nothing matches “{query}”.",
	left: "You left the wizard early. No cage was made.",
	leftKept: "You left the wizard early. No cage was made. To resume the session:",
	requirements: requirementsEn,
	home: homeEn,
	choose: chooseEn,
	form: formEn,
	trace: traceEn,
	coverage: coverageEn,
	files: filesEn,
	accounts: accountsEn,
	build: buildEn,
	trial: trialEn,
	save: saveEn,
	linear: linearEn,
	why: whyEn,
	prompts: {
		command: "Command",
		search: "Search",
		exercise: "Exercise (shell line)",
		include: "Add path or pattern",
		exclude: "Leave out pattern",
		writable: "Make this directory writable",
		template: "Template name",
		review: "New file",
		find: "Find",
		parameter: "Value",
		export: "Archive",
		"initiated-by": "Record: initiated by (optional)",
		"implemented-by": "Record: implemented by (optional)",
	} satisfies Record<PromptKind, string>,
	questions: {
		quit: "Leave the wizard? There are no answers to save, and no cage was made. (y/n)",
		quitKept: "Leave the wizard? The session is saved. Press d to discard it and leave. (y/n)",
		discard: "Discard session {name} with its answers and its trace? (y/n)",
		quitDone: "Leave the wizard? The cage is saved. (y/n)",
		install:
			"{programs} {count|is|are} not installed on this machine. Install {packages} now? This may also start services from these packages. (y/n)",
		secret: "{path} is a secret. An attacker in the application can read it in the cage. Include it? (y/n)",
		setuid: "{path} is setuid: every user who runs it gets its owner's rights. Include it in the cage? (y/n)",
		escape:
			"NOT SAFE: {escaped} escape {escaped|technique|techniques} succeeded, and {missing} {missing|layer is|layers are} missing. Save this cage anyway? Press n to see the results. (y/n)",
		"replace-template": "A different template {name} is already saved. Replace it? (y/n)",
		"install-unit": "Write the unit of {name} to /etc/systemd/system and reload systemd? This starts nothing. (y/n)",
		"install-dropin":
			"Write a drop-in for {service}? From its next start, the service runs in cage {name} with the cage's data. (y/n)",
		device: "{path} is a device that gives access to the machine. Include it in the cage? (y/n)",
		write:
			"{path} belongs to persons or other services of this host, and the application could change everything in it. Mount it writable? (y/n)",
		bind: "{path} contains secrets or setuid files. If you mount it, the cage sees all of them. Mount it? (y/n)",
	},
	notices: {
		"parameter-port": "Invalid port: use a number from 1 to 65535.",
		"parameter-path": "Invalid path: start with '/', without spaces, quotes and shell characters.",
		"parameter-program": "Invalid program: use its full path, starting with '/'.",
		"parameter-name": "Invalid name: use letters, digits, '.', '-' and '_'.",
		"parameter-text": "Invalid value: use at least one letter or digit, and only letters, digits, spaces and . _ / + @ : , = -",
		"account-not-named": "Cannot include or leave out {name}: the name contains characters that account names must not have.",
		"account-always-kept-root": "{name} cannot be left out: it owns the files of every cage.",
		"account-always-kept-started-as":
			"{name} cannot be left out: the application starts as this account. To use another one, change it in step 1.",
		"nsswitch-always": "Cagewright generates this file for every cage, so it cannot be left out.",
		...fileNoticesEn,
		resumed: "Resumed session {name}, saved {ago:ago}.",
		"resumed-changed":
			"Resumed session {name}, saved {ago:ago}. Since then {count:count} {count|file|files} changed, such as {example}. To be safe, trace again (press r in step 2).",
		"resumed-in-part":
			"Session {name}, saved {ago:ago}, was only partly readable. Your answers and decisions are kept. Start the trace again.",
		...traceNoticesEn,
		"build-undone": "The build was stopped and removed.",
		"review-saved": "Wrote the list to {path}. Only its owner can read it.",
		"nothing-to-accept": "Nothing can be added. Change the files ({key:to-files}), or press {key:again} to try again.",
		"must-answer-first": "The application must answer before you can save the cage.",
		"declined-by-you": "You left this out. Press {key:to-files} to go back to the files and allow it.",
		"no-remedy": "Nothing can be added for this item.",
		"not-installed": "{name} is not installed: {programs} is missing, and the template names no package for this system.",
		"no-probe-to-try": "Type a probe before you try it.",
		"probe-stopped": "The probe was stopped.",
		"action-stopped": "Stopped. What was begun is undone.",
		"editing-plan": "This is the plan of {name}. Nothing changes before you build and save it.",
		testing: "The self-test is still running. Wait for its result.",
		untested: "The self-test starts after the application answers.",
		"minimise-unanswered-yet": "Minimising requires that the application answers first.",
		"minimise-saved": "The cage is already saved. To minimise it: cagewright minimise {name}",
		"minimise-stopped": "Stopped. The cage was not changed.",
		"unit-installed":
			"Wrote {place}. If the service also runs outside, stop it first. To start the cage: systemctl enable --now {unit}",
		"dropin-installed": "Wrote {place}. To start the service in its cage: systemctl restart {unit}",
		"unit-replaced": "Replaced {place}. To restart it: systemctl restart {unit}",
		"unit-unchanged": "{place} is up to date.",
		"unit-removed": "Removed {place}.",
		"names-kept": "Saved. The records of this cage and of all later ones name these people.",
		"names-open": "Saved. The records of this cage and of all later ones leave both names open.",
		"template-saved": "Saved template {name}: {path}",
		"template-saved-over":
			"Saved template {name} in place of the built-in one: {path} To restore that: cagewright template remove {name}",
	},
	/** The line below the steps: the decisions so far. */
	decided: {
		account: "as {name}",
		probes: "{count} {count|probe|probes}",
		contents: "{files:count} {files|file|files}, {bytes:bytes}",
		undecided: "{count} undecided",
		permissions: "{count} {count|permission|permissions}",
		noPermissions: "no permissions",
		answers: "answers in the cage",
	},
	commands: {
		title: "Executed commands, newest last",
		none: "No commands yet.",
		status: "exit {status}",
		times: "{count} times",
	},
	keysTitle: "Keys on this screen",
	keyGroups: {
		going: "Navigation",
		deciding: "Decisions",
		moving: "Movement",
		typing: "Line editing",
		looking: "Information",
		idle: "Without effect now",
	} satisfies Record<KeyGroup, string>,
	keys: keysEn,
	keyNames: keyNamesEn,
};

export type WizardMessages = Widen<typeof wizardEn>;
