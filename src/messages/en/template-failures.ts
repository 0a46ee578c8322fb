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
