import type { KeyGroup } from "../../wizard/key-groups.ts";
import type { PromptKind, StepName } from "../../wizard/state.ts";
import type { Widen } from "../widen.ts";
import { keyNamesEn, keysEn, whyEn } from "./keys.ts";
import { buildEn } from "./wizard/build.ts";
import { fileNoticesEn, filesEn } from "./wizard/files.ts";
import { accountsEn, chooseEn, coverageEn, formEn, lacksEn, saveEn, traceEn, traceNoticesEn, trialEn } from "./wizard/steps.ts";

/** What is said where nothing is drawn, for screen readers and terminals that can only write lines; English. */
export const linearEn = {
	welcome: "Cagewright without a screen. Answer with a number or a letter and Enter; a question mark says everything again.",
	step: "Step {number} of {of}: {name}.",
	stepOf: "Step {number} of {of}: {name}. Cage: {cage}.",
	/** What is drawn as a mark, in words. */
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
	/** Of a group in a list, whether what is in it is listed below. */
	folded: "closed:",
	unfolded: "open:",
	selected: "selected:",
	attention: "attention:",
	leadsTo: "leads to",
	number: "A number selects from the list.",
	numberTakes: "A number chooses from the list.",
	numberEdits: "A number changes what stands there.",
	enter: "Enter",
	action: "{typed}: {word}",
	more: "more of the list",
	fewer: "the list before",
	ask: "Your choice: ",
	askDefault: "Your choice, Enter: {word}: ",
	/** A dot alone goes back. */
	prompt: "{label} (a dot goes back): ",
	promptKeeps: "{label}, Enter takes “{text}” (a dot goes back): ",
	edit: "{label}, now “{text}”. Enter keeps it, a minus alone empties it: ",
	editEmpty: "{label}, now empty. Enter keeps it so: ",
	unknown: "“{text}” is not among the answers. A question mark says them again.",
};

/** The wizard, English. Sentences with `{…}` are filled by `fill`. */
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
	tooSmall: "The terminal is too small: 40 columns and 12 lines are needed.",
	looking: "Looking at this machine…",
	working: "Working…",
	more: "{above} above, {below} below",
	matches: "{at}/{count} “{query}”",
	nothingFound: "Nothing matches “{query}”.",
	left: "Left before the end. No cage was made and nothing on this machine was changed.",
	leftKept: "Left before the end. No cage was made and nothing on this machine was changed. The session is kept: {command}",
	lacks: lacksEn,
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
		writable: "Make this folder writable",
		template: "Name of the template",
		review: "New file",
		find: "Find",
		parameter: "Value",
		"initiated-by": "For the record: initiated by",
		"implemented-by": "For the record: implemented by",
	} satisfies Record<PromptKind, string>,
	questions: {
		quit: "Leave? Nothing was answered yet, and no cage is made. (y/n)",
		quitKept: "Leave? The session is kept, and the next start offers it. d leaves and discards it. (y/n)",
		discard: "Discard the session {name}, with what was answered and traced? (y/n)",
		quitDone: "Leave? The cage stands. (y/n)",
		install:
			"{programs} {count|is|are} not on this machine. Install {packages} now? A service that comes with a package may be started by it. (y/n)",
		secret: "{path} is a secret. Whoever breaks into the application can read it in the cage. Let it in? (y/n)",
		setuid: "{path} gives whoever runs it the rights of its owner. Let it into the cage? (y/n)",
		escape:
			"NOT SAFE: {escaped} {escaped|way leads|ways lead} out of this cage, {missing} {missing|layer is|layers are} missing. Save it nevertheless? n shows what was found. (y/n)",
		"install-unit": "Write the unit of {name} below /etc/systemd/system and let systemd read it? Nothing is started. (y/n)",
		"install-dropin":
			"Write a drop-in for {service}? From its next start on it runs in the cage {name}, with the cage's data. (y/n)",
		device: "{path} is a device with a way to the machine. Let it into the cage? (y/n)",
		bind: "{path} holds secrets or setuid files; mounted, the cage sees all that is in it. Mount it? (y/n)",
	},
	notices: {
		"parameter-port": "A port is a number from 1 to 65535.",
		"parameter-path": "A path begins with a slash, and has no blanks, quotes or signs that a shell reads.",
		"parameter-program": "A program is named by its path, which begins with a slash.",
		"parameter-name": "A name has letters, digits, dot, dash and underscore.",
		"parameter-text": "Letters, digits, blanks and . _ / + @ : , = - alone, and at least one of them.",
		"account-not-named": "No rule can name {name}; it holds what no name of an account should.",
		"nsswitch-always": "This file is written for the cage and stays as it is.",
		...fileNoticesEn,
		resumed: "Back where you left {name} {ago:ago}.",
		"resumed-changed":
			"Back where you left {name} {ago:ago}. Since then {count:count} {count|file|files} changed, such as {example}: trace it again (r in step 2) to be sure.",
		"resumed-in-part":
			"Not all of {name}, left {ago:ago}, could be read. Your answers and decisions are kept; start the trace again.",
		...traceNoticesEn,
		"build-undone": "Stopped. Nothing of the build is left.",
		"review-saved": "Written to {path}, readable by its owner alone.",
		"nothing-to-accept": "Nothing is left to add. Change the files (3), or press r to try again.",
		"must-answer-first": "A cage whose application does not answer is not saved.",
		"declined-by-you": "You left this out. Press 3 to go back to the files and allow it.",
		"no-remedy": "There is no remedy that could be added for this.",
		"not-installed": "{name} is not installed: {programs} is not here, and the template names no package of this system.",
		"no-probe-to-try": "There is no probe yet that could be tried.",
		"probe-stopped": "The probe was stopped.",
		testing: "The ways out are being tried; in a moment it is known what came of it.",
		untested: "The ways out are tried once the application answers.",
		"minimise-unanswered-yet": "What nothing needs is looked for once the application answers.",
		"minimise-saved": "It is saved. Outside of the wizard the same is done by: cagewright minimise {name}",
		"minimise-stopped": "Stopped. The cage is as it was.",
		"unit-installed": "Written: {place}. Start it: systemctl enable --now {unit}",
		"unit-replaced": "Written anew: {place}. Restart it: systemctl restart {unit}",
		"unit-unchanged": "{place} is there already, as it should be.",
		"unit-removed": "{place} is gone.",
		"names-kept": "The record names them, and so do those of later cages.",
		"template-saved": "Saved as template {name}: {path}",
		"template-saved-over":
			"Saved as template {name}, in the place of the one that comes along; “template remove {name}” brings that back. {path}",
	},
	/** In the line below the steps: what is settled so far. */
	decided: {
		account: "as {name}",
		probes: "{count} {count|probe|probes}",
		contents: "{files:count} {files|file|files}, {bytes:bytes}",
		undecided: "{count} undecided",
		permissions: "{count} {count|opening|openings}",
		closed: "nothing open",
		answers: "answers in the cage",
	},
	commands: {
		title: "Commands that were run, the newest last",
		none: "None so far.",
		status: "exit {status}",
		times: "{count} times",
	},
	keysTitle: "Keys that work here",
	keyGroups: {
		going: "Going on and back",
		deciding: "Deciding",
		moving: "Moving",
		typing: "In the line",
		looking: "Looking",
	} satisfies Record<KeyGroup, string>,
	unknown: "{code} {values}",
	keys: keysEn,
	keyNames: keyNamesEn,
};

export type WizardMessages = Widen<typeof wizardEn>;
