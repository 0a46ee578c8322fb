import type { TemplateProblem } from "../../core/template/problems.ts";

/** The sentences of what can go wrong with templates, as those of `failures.ts`. */
export const templateFailuresEn = {
	"template-unaccepted":
		"Nobody has accepted the commands of the template {name}, or it was changed since: `cagewright template accept {name}` shows them and asks; with --yes it accepts.",
	"template-unconfirmed": "The template {name} would run the commands above; --yes accepts them.",
	"template-none":
		'There is no template at {place}: no file that says "schema": "cagewright/template/…", at the top or in templates/.',
	"template-from-git": "{place} is the address of a git repository. Clone it with git, then import the folder.",
	"template-bundle-changed":
		"{file} is not what was exported: its SHA-256 is {sha256}, and it says {said}. Nothing was taken in.",
	"template-as-one": "--as names one template, and there are {count} at {place}.",
	"template-twice": "Two templates there are called {name}; import the file of one of them.",
	"template-built-in": "{name} is the name of a built-in template; take it in under another one with --as NAME.",
	"template-there":
		"There is another template {name} here; --replace puts this one in its place, --as NAME gives it another name.",
	"template-not-removable": "{name} is built in and stays; only saved templates can be removed.",
	"template-action-unknown":
		"`template {action}` does not exist; there are list, show, new, save, check, diff, import, accept, export and remove.",
	"template-name-needed": "Name the template; for example: cagewright template new shop -o shop.json",
	"template-file-needed": "Name the file of the template.",
	"template-invalid": "The template is not valid at {place}: {problem}. `cagewright template check FILE` lists everything.",
	"template-too-large": "{file} is larger than a template may be ({limit:bytes}).",
	"template-unknown": "There is no template {name}; `cagewright template list` shows those that there are.",
};

/** What is wrong with a value in a template, English. */
export const templateProblemsEn: Record<TemplateProblem, string> = {
	"template-too-large": "larger than a template may be ({bytes:bytes} of {limit:bytes})",
	"template-not-json": "not JSON: {message}",
	"wrong-type": "must be {expected}, is {received}",
	"unknown-field": "there is no such field",
	"missing-field": "this field is missing",
	"not-an-opening":
		"must be proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, socket:PATH, executable-data:DIR or capability:NAME in lower case",
	"not-one-of": "must be one of {expected}",
	empty: "must not be empty",
	"too-long": "longer than {limit} characters",
	"too-many": "more than {limit} values",
	"out-of-range": "must be from {min} to {max}",
	"bad-name": "no name: letters, digits, dot, dash and underscore, beginning with a letter or digit",
	"control-character": "holds a control character",
	"not-text": "holds half of a character",
	"not-absolute": "must begin with a slash",
	"parent-component": "must not climb with `..`",
	"glob-not-allowed": "must be a path, not a pattern",
	"too-broad": "would take in too much",
	"password-file": "reaches a file with passwords",
	"numeric-account": "must name the account, a number is another one on every machine",
	"bad-account": "no name of an account",
	"bad-socket": "not a socket that can be handed over",
	"bad-variable-name": "no name of a variable",
	"not-a-device": "must be below /dev",
	"unknown-placeholder": "unknown placeholder {name}",
	"too-deep": "nested deeper than any template",
	"duplicate-field": "stands twice in the same object: readers differ in which of the two counts",
	"newer-version": "version {version} of templates, and this program knows up to {known}: it takes a newer cagewright",
	"bad-parameter": "no name for a parameter: small letters, digits and underscore, not node or demo",
	"bad-value": "no value of this kind",
	"not-a-manual-page": "must be a manual page with its section, as nginx(8)",
};

/** What `template` says, English. */
export const templateEn = {
	head: ["Name", "From", "What it is"],
	builtIn: "built in",
	saved: "saved",
	unaccepted: "saved, not accepted",
	savedAs: (path: string, name: string) => `Saved ${path}\nUse it: cagewright make ${name} --yes`,
	savedOver: (name: string) =>
		`It stands in the place of the built-in template ${name}; cagewright template remove ${name} brings that back.`,
	savedValues: (values: string) =>
		`What means this machine alone is kept beside it and not exported; elsewhere it has to be told: ${values}`,
	begun: (path: string) =>
		`${path} is there to be filled in. Then: cagewright template check ${path}; cagewright template import ${path}`,
	valid: (file: string) => `${file} is a valid template.`,
	problem: (file: string, place: string, what: string) => `${file}: ${place || "/"}: ${what}`,
	first: "First:",
	parameters: "Parameters (--set NAME=VALUE):",
	does: "What it does:",
	notes: "To know:",
	documentation: "Manual pages:",
	needed: (kind: string) => `${kind}, has to be told`,
	usual: (kind: string, value: string) => `${kind}, else ${value}`,
	root: "root, with only the capabilities it was seen to need",
	command: "Command",
	account: "Account",
	cwd: "Directory",
	environment: "Variables",
	probes: "Probes",
	exercises: "Exercises",
	directories: "Made for it",
	sockets: "Sockets opened by root",
	binds: "Shared",
	includes: "Taken in",
	seeds: "Data copied",
	writable: "Writable",
	secrets: "Secrets",
	devices: "Devices",
	allows: "Left open",
	packages: "Packages",
	alternative: "Otherwise on",
	untried: "not tried",
	consent: (name: string, hash: string) =>
		`The template ${name} (SHA-256 ${hash.slice(0, 16)}…) would run all of this on this machine, the command as its account and the probes and exercises as root:`,
	question: (name: string) => `Take in the template ${name} and let it run this? [y/N]`,
	acceptQuestion: (name: string) => `Let the template ${name} run this from now on? [y/N]`,
	imported: (name: string, path: string) => `Took in ${name}: ${path}\nUse it: cagewright make ${name}`,
	same: (name: string) => `${name} is here already, just as it is there.`,
	accepted: (name: string) => `The template ${name} may run.`,
	not: (name: string) => `The template ${name} was not accepted; nothing of it ran.`,
	exported: (name: string, path: string, hash: string) => `${name} is in ${path}. Its SHA-256: ${hash}`,
	removed: (name: string) => `The template ${name} is gone.`,
	unchanged: (cage: string, template: string) => `The cage ${cage} is as the template ${template} says it.`,
	changed: (cage: string, template: string) => `What the cage ${cage} (+) became of the template ${template} (-):`,
};
