import type { TemplateProblem } from "../problems.ts";

/** Failures of templates; see `failures.ts`. */
export const templateFailuresEn = {
	"template-unaccepted":
		"Template {name} is new or was changed, so its commands need your consent. Review and accept them with `cagewright template accept {name}`; --yes accepts without asking.",
	"template-unconfirmed":
		"Template {name} was not accepted, because there is no terminal to ask on. Review the commands above, then repeat with --yes.",
	"template-none":
		'No template at \'{place}\'. A template contains "schema": "cagewright/template/…" and is in the folder itself or in its subfolder templates/.',
	"template-from-git": "'{place}' is the address of a git repository. Clone it with git, then import the folder.",
	"template-bundle-changed":
		"{file} was changed after the export: its SHA-256 is {sha256} instead of {said}. Nothing was imported.",
	"template-as-one": "--as renames one template, but '{place}' contains {count}. Import a single file.",
	"template-twice": "Two templates there are named {name}. Import the file of one of them.",
	"template-built-in": "{name} is the name of a built-in template. Import this one under another name with --as NAME.",
	"template-there":
		"Another template named {name} already exists. Replace it with --replace, or choose another name with --as NAME.",
	"template-not-removable": "Template {name} is built in and cannot be removed. Only saved templates can be removed.",
	"template-action-unknown":
		"Unknown action '{action}': `template` has list, show, new, save, check, diff, import, accept, export and remove.",
	"template-name-needed": "Name the template. Example: `cagewright template new shop -o shop.json`.",
	"template-name-invalid":
		"Invalid template name '{name}': use lower-case letters, digits, '.', '-' and '_', starting with a letter or digit.",
	"template-file-needed": "Name the template file.",
	"template-invalid": "Invalid template at {place}: {problem}. `cagewright template check FILE` lists all problems.",
	"template-too-large": "{file} is too large: a template may have at most {limit:bytes}.",
	"template-unknown": "Unknown template '{name}'.{similar? Did you mean %?} `cagewright template list` shows all templates.",
};

/** Problems of a value in a template. */
export const templateProblemsEn: Record<TemplateProblem, string> = {
	"template-too-large": "too large ({bytes:bytes} of at most {limit:bytes})",
	"template-not-json": "not JSON: {message}",
	"wrong-type": "must be {expected}, is {received}",
	"unknown-field": "unknown field",
	"missing-field": "missing field",
	"not-an-opening":
		"must be proc, own-process, kernel-proc, sys, unix-sockets, netlink, uevents, packet-sockets, multicast, syslog, memfd, writable-code, ports, abstract-sockets, socket:PATH, executable-data:DIR, port:NUMBER, call:NAME or capability:NAME in lower case",
	"not-one-of": "must be one of {expected}",
	empty: "must not be empty",
	"too-long": "longer than {limit} characters",
	"too-many": "more than {limit} values",
	"out-of-range": "must be from {min} to {max}",
	"bad-name": "invalid name: use letters, digits, '.', '-' and '_', starting with a letter or digit",
	"control-character": "contains a control character",
	"not-text": "contains an incomplete character",
	"not-absolute": "must start with '/'",
	"parent-component": "must not contain '..'",
	"glob-not-allowed": "must be a path, not a pattern",
	"too-broad": "matches too many files",
	"password-file": "matches a file that contains passwords",
	"numeric-account": "must be an account name, because numbers differ between machines",
	"bad-account": "invalid account name",
	"bad-socket": "not a socket that can be passed to an application",
	"bad-variable-name": "invalid variable name",
	"not-a-device": "must be below /dev",
	"unknown-placeholder": "unknown placeholder {name}",
	"too-deep": "nested too deeply",
	"duplicate-field": "appears twice in the same object, so its value is ambiguous",
	"newer-version": "template version {version} is newer than {known}, the latest that this program knows; update cagewright",
	"bad-parameter": "invalid parameter name: use lower-case letters, digits and '_'; node and demo are reserved",
	"bad-value": "invalid value for this kind",
	"not-a-manual-page": "must be a manual page with its section, such as nginx(8)",
};

/** Output of `template`. */
export const templateEn = {
	head: ["Name", "Origin", "Description"],
	builtIn: "built in",
	saved: "saved",
	unaccepted: "saved, not accepted",
	savedAs: (path: string, make: string) => `Saved ${path}\nTo use it: ${make}`,
	savedOver: (name: string, remove: string) => `It replaces the built-in template ${name}. To restore that: ${remove}`,
	savedValues: (values: string) =>
		`Values specific to this machine are saved separately and not exported. Other machines must set: ${values}`,
	begun: (path: string) =>
		`Created ${path}. Fill it in, then run: cagewright template check ${path}; cagewright template import ${path}`,
	valid: (file: string) => `${file} is a valid template.`,
	problem: (file: string, place: string, what: string) => `${file}: ${place || "/"}: ${what}`,
	first: "Before you start:",
	parameters: "Parameters (--set NAME=VALUE):",
	does: "What it does:",
	notes: "Notes:",
	documentation: "Manual pages:",
	needed: (kind: string) => `${kind}, required`,
	usual: (kind: string, value: string) => `${kind}, default ${value}`,
	root: "root, with only the capabilities that it needs",
	command: "Command",
	account: "Account",
	cwd: "Directory",
	environment: "Variables",
	probes: "Probes",
	exercises: "Exercises",
	directories: "Creates",
	sockets: "Sockets opened by root",
	binds: "Mounted from the host",
	includes: "Included files",
	seeds: "Data copied",
	writable: "Writable",
	secrets: "Secrets",
	writes: "Writes to others' directories",
	devices: "Devices",
	allows: "Permissions",
	packages: "Packages",
	alternative: "Variant for",
	untried: "untested",
	consent: (name: string, hash: string) =>
		`Template ${name} (SHA-256 ${hash.slice(0, 16)}…) would run all of this on this machine: the command as its account, probes and exercises as root:`,
	question: (name: string) => `Import template ${name} and let it run these commands? [y/N]`,
	acceptQuestion: (name: string) => `Let template ${name} run these commands from now on? [y/N]`,
	imported: (name: string, path: string, make: string) => `Imported ${name}: ${path}\nTo use it: ${make}`,
	same: (name: string) => `Template ${name} already exists and is identical.`,
	accepted: (name: string) => `Template ${name} was accepted.`,
	not: (name: string) => `Template ${name} was not accepted. None of its commands ran.`,
	exported: (name: string, path: string, hash: string) => `Exported ${name} to ${path}. SHA-256: ${hash}`,
	replaceQuestion: (name: string) => `Replace template ${name}? [y/N]`,
	removeQuestion: (name: string) => `Remove template ${name}? [y/N]`,
	kept: (name: string) => `Template ${name} was kept.`,
	removed: (name: string) => `Removed template ${name}.`,
	unchanged: (cage: string, template: string) => `Cage ${cage} matches template ${template}.`,
	changed: (cage: string, template: string) => `Changes in cage ${cage} (+) from template ${template} (-):`,
};
