import type { TemplateProblem } from "../../core/template/problems.ts";
import type { templateEn, templateFailuresEn } from "../en/template.ts";
import type { Widen } from "../widen.ts";

/** The sentences of what can go wrong with templates, in German. */
export const templateFailuresDe: Record<keyof typeof templateFailuresEn, string> = {
	"template-unaccepted":
		"Die Befehle der Vorlage {name} hat niemand angenommen, oder sie wurde seither geändert: `cagewright template accept {name}` zeigt sie und fragt; mit --yes nimmt es sie an.",
	"template-unconfirmed": "Die Vorlage {name} würde die Befehle oben ausführen; --yes nimmt sie an.",
	"template-none":
		'Unter {place} ist keine Vorlage: keine Datei, die "schema": "cagewright/template/…" sagt, weder oben noch in templates/.',
	"template-from-git":
		"{place} ist die Adresse eines git-Repositorys. Klonen Sie es mit git und importieren Sie dann den Ordner.",
	"template-bundle-changed":
		"{file} ist nicht, was ausgegeben wurde: Die SHA-256 ist {sha256}, und sie sagt {said}. Nichts wurde aufgenommen.",
	"template-as-one": "--as benennt eine einzige Vorlage, und unter {place} sind {count}.",
	"template-twice": "Zwei Vorlagen heißen dort {name}; nehmen Sie die Datei einer davon auf.",
	"template-built-in": "{name} heißt schon eine eingebaute Vorlage; nehmen Sie sie mit --as NAME unter anderem Namen auf.",
	"template-there":
		"Hier gibt es eine andere Vorlage {name}; --replace setzt diese an ihre Stelle, --as NAME gibt ihr einen anderen Namen.",
	"template-not-removable": "{name} ist eingebaut und bleibt; nur gespeicherte Vorlagen lassen sich entfernen.",
	"template-action-unknown":
		"`template {action}` gibt es nicht; es gibt list, show, new, save, check, diff, import, accept, export und remove.",
	"template-name-needed": "Nennen Sie die Vorlage, etwa: cagewright template new shop -o shop.json",
	"template-file-needed": "Nennen Sie die Datei der Vorlage.",
	"template-invalid": "Die Vorlage ist bei {place} nicht gültig: {problem}. `cagewright template check DATEI` nennt alles.",
	"template-too-large": "{file} ist größer, als eine Vorlage sein darf ({limit:bytes}).",
	"template-unknown": "Eine Vorlage {name} gibt es nicht; `cagewright template list` zeigt die vorhandenen.",
};

/** Was an einem Wert in einer Vorlage falsch ist, deutsch. */
export const templateProblemsDe: Record<TemplateProblem, string> = {
	"template-too-large": "größer, als eine Vorlage sein darf ({bytes:bytes} von {limit:bytes})",
	"template-not-json": "kein JSON: {message}",
	"wrong-type": "muss {expected} sein, ist {received}",
	"unknown-field": "dieses Feld gibt es nicht",
	"missing-field": "dieses Feld fehlt",
	"not-an-opening":
		"muss proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, socket:PFAD, executable-data:VERZEICHNIS oder capability:NAME in Kleinbuchstaben sein",
	"not-one-of": "muss eines davon sein: {expected}",
	empty: "darf nicht leer sein",
	"too-long": "länger als {limit} Zeichen",
	"too-many": "mehr als {limit} Werte",
	"out-of-range": "muss zwischen {min} und {max} liegen",
	"bad-name": "kein Name: Buchstaben, Ziffern, Punkt, Strich und Unterstrich, vorn Buchstabe oder Ziffer",
	"control-character": "enthält ein Steuerzeichen",
	"not-text": "enthält ein halbes Zeichen",
	"not-absolute": "muss mit einem Schrägstrich beginnen",
	"parent-component": "darf nicht mit `..` aufsteigen",
	"glob-not-allowed": "muss ein Pfad sein, kein Muster",
	"too-broad": "nähme zu viel auf",
	"password-file": "reicht an eine Datei mit Passwörtern",
	"numeric-account": "muss das Konto nennen; eine Nummer ist auf jedem Rechner ein anderes",
	"bad-account": "kein Name eines Kontos",
	"bad-socket": "kein Socket, der übergeben werden kann",
	"bad-variable-name": "kein Name einer Variablen",
	"not-a-device": "muss unter /dev liegen",
	"unknown-placeholder": "unbekannter Platzhalter {name}",
	"too-deep": "tiefer verschachtelt als jede Vorlage",
	"duplicate-field": "steht im selben Objekt zweimal: Welches gilt, liest jeder anders",
	"newer-version": "Vorlagen der Version {version}, und dieses Programm kennt sie bis {known}: Es braucht ein neueres cagewright",
	"bad-parameter": "kein Name für einen Parameter: Kleinbuchstaben, Ziffern und Unterstrich, nicht node oder demo",
	"bad-value": "kein Wert dieser Art",
	"not-a-manual-page": "muss eine Handbuchseite mit ihrem Abschnitt sein, wie nginx(8)",
};

/** Was `template` sagt, deutsch. */
export const templateDe: Widen<typeof templateEn> = {
	head: ["Name", "Herkunft", "Was es ist"],
	builtIn: "eingebaut",
	saved: "gespeichert",
	unaccepted: "gespeichert, nicht angenommen",
	savedAs: (path, name) => `Gespeichert: ${path}\nVerwenden: cagewright make ${name} --yes`,
	savedOver: (name) =>
		`Sie steht anstelle der eingebauten Vorlage ${name}; cagewright template remove ${name} bringt diese zurück.`,
	savedValues: (values) =>
		`Was nur diesen Rechner meint, liegt daneben und wird nicht ausgegeben; anderswo muss es gesagt werden: ${values}`,
	begun: (path) =>
		`${path} liegt zum Ausfüllen bereit. Danach: cagewright template check ${path}; cagewright template import ${path}`,
	valid: (file) => `${file} ist eine gültige Vorlage.`,
	problem: (file, place, what) => `${file}: ${place || "/"}: ${what}`,
	first: "Zuvor:",
	parameters: "Parameter (--set NAME=WERT):",
	does: "Was sie tut:",
	notes: "Gut zu wissen:",
	documentation: "Handbuchseiten:",
	needed: (kind) => `${kind}, muss gesagt werden`,
	usual: (kind, value) => `${kind}, sonst ${value}`,
	root: "root, nur mit den Befugnissen, die es erkennbar braucht",
	command: "Befehl",
	account: "Konto",
	cwd: "Verzeichnis",
	environment: "Variablen",
	probes: "Proben",
	exercises: "Übungen",
	directories: "Dafür angelegt",
	sockets: "Sockets, die root öffnet",
	binds: "Geteilt",
	includes: "Aufgenommen",
	seeds: "Daten kopiert",
	writable: "Beschreibbar",
	secrets: "Geheimnisse",
	devices: "Geräte",
	allows: "Offen gelassen",
	packages: "Pakete",
	alternative: "Anders auf",
	untried: "nicht erprobt",
	consent: (name, hash) =>
		`Die Vorlage ${name} (SHA-256 ${hash.slice(0, 16)}…) würde all das auf diesem Rechner ausführen, den Befehl unter seinem Konto, Proben und Übungen als root:`,
	question: (name) => `Die Vorlage ${name} aufnehmen und das ausführen lassen? [j/N]`,
	acceptQuestion: (name) => `Die Vorlage ${name} das von nun an ausführen lassen? [j/N]`,
	imported: (name, path) => `${name} aufgenommen: ${path}\nVerwenden: cagewright make ${name}`,
	same: (name) => `${name} ist schon hier, genau wie dort.`,
	accepted: (name) => `Die Vorlage ${name} darf laufen.`,
	not: (name) => `Die Vorlage ${name} wurde nicht angenommen; nichts davon lief.`,
	exported: (name, path, hash) => `${name} liegt in ${path}. SHA-256: ${hash}`,
	removed: (name) => `Die Vorlage ${name} ist weg.`,
	unchanged: (cage, template) => `Der Käfig ${cage} ist, wie die Vorlage ${template} ihn beschreibt.`,
	changed: (cage, template) => `Was aus der Vorlage ${template} (-) im Käfig ${cage} (+) geworden ist:`,
};
