import type { Widen } from "../../messages/widen.ts";
import type { TemplateProblem } from "../problems.ts";
import type { templateEn, templateFailuresEn } from "./en.ts";

export const templateFailuresDe: Record<keyof typeof templateFailuresEn, string> = {
	"template-unaccepted":
		"Die Vorlage {name} ist neu oder wurde geändert; ihre Befehle brauchen Ihre Zustimmung. Prüfen und akzeptieren Sie sie mit `cagewright template accept {name}`; --yes akzeptiert ohne Rückfrage.",
	"template-unconfirmed":
		"Die Vorlage {name} wurde nicht akzeptiert, weil ohne Terminal keine Rückfrage möglich ist. Prüfen Sie die Befehle oben, und wiederholen Sie den Befehl mit --yes.",
	"template-none":
		'Keine Vorlage unter \'{place}\'. Eine Vorlage enthält "schema": "cagewright/template/…" und liegt im Ordner selbst oder in seinem Unterordner templates/.',
	"template-from-git":
		"'{place}' ist die Adresse eines git-Repositorys. Klonen Sie es mit git, und importieren Sie dann den Ordner.",
	"template-bundle-changed":
		"{file} wurde nach dem Export geändert: Die SHA-256 ist {sha256} statt {said}. Nichts wurde importiert.",
	"template-as-one": "--as benennt eine Vorlage um, aber '{place}' enthält {count}. Importieren Sie eine einzelne Datei.",
	"template-twice": "Zwei Vorlagen dort heißen {name}. Importieren Sie die Datei einer davon.",
	"template-built-in":
		"{name} ist der Name einer eingebauten Vorlage. Importieren Sie diese mit --as NAME unter einem anderen Namen.",
	"template-there":
		"Eine andere Vorlage namens {name} besteht bereits. Ersetzen Sie sie mit --replace, oder wählen Sie mit --as NAME einen anderen Namen.",
	"template-not-removable":
		"Die Vorlage {name} ist eingebaut und lässt sich nicht entfernen. Nur gespeicherte Vorlagen lassen sich entfernen.",
	"template-action-unknown":
		"Unbekannte Aktion '{action}': `template` hat list, show, new, save, check, diff, import, accept, export und remove.",
	"template-name-needed": "Nennen Sie die Vorlage. Beispiel: `cagewright template new shop -o shop.json`.",
	"template-name-invalid":
		"Ungültiger Vorlagenname '{name}': Erlaubt sind Kleinbuchstaben, Ziffern, '.', '-' und '_', beginnend mit Kleinbuchstabe oder Ziffer.",
	"template-file-needed": "Nennen Sie die Datei der Vorlage.",
	"template-invalid": "Ungültige Vorlage bei {place}: {problem}. `cagewright template check DATEI` zeigt alle Probleme.",
	"template-too-large": "{file} ist zu groß: Eine Vorlage darf höchstens {limit:bytes} haben.",
	"template-unknown": "Unbekannte Vorlage '{name}'.{similar? Meinten Sie %?} `cagewright template list` zeigt alle Vorlagen.",
};

export const templateProblemsDe: Record<TemplateProblem, string> = {
	"template-too-large": "zu groß ({bytes:bytes} von höchstens {limit:bytes})",
	"template-not-json": "kein JSON: {message}",
	"wrong-type": "muss {expected} sein, ist {received}",
	"unknown-field": "unbekanntes Feld",
	"missing-field": "fehlendes Feld",
	"not-an-opening":
		"muss proc, own-process, kernel-proc, sys, unix-sockets, netlink, uevents, packet-sockets, multicast, syslog, memfd, writable-code, ports, abstract-sockets, socket:PFAD, executable-data:VERZEICHNIS, port:NUMMER, call:NAME oder capability:NAME in Kleinbuchstaben sein",
	"not-one-of": "muss eines davon sein: {expected}",
	empty: "darf nicht leer sein",
	"too-long": "länger als {limit} Zeichen",
	"too-many": "mehr als {limit} Werte",
	"out-of-range": "muss zwischen {min} und {max} liegen",
	"bad-name": "ungültiger Name: Erlaubt sind Buchstaben, Ziffern, '.', '-' und '_', beginnend mit Buchstabe oder Ziffer",
	"control-character": "enthält ein Steuerzeichen",
	"not-text": "enthält ein unvollständiges Zeichen",
	"not-absolute": "muss mit '/' beginnen",
	"parent-component": "darf kein '..' enthalten",
	"glob-not-allowed": "muss ein Pfad sein, kein Muster",
	"too-broad": "erfasst zu viele Dateien",
	"password-file": "erfasst eine Datei mit Passwörtern",
	"numeric-account": "muss ein Kontoname sein, weil Nummern auf jedem System etwas anderes bedeuten",
	"bad-account": "ungültiger Kontoname",
	"bad-socket": "kein Socket, der sich an eine Anwendung übergeben lässt",
	"bad-variable-name": "ungültiger Variablenname",
	"not-a-device": "muss unter /dev liegen",
	"unknown-placeholder": "unbekannter Platzhalter {name}",
	"too-deep": "zu tief verschachtelt",
	"duplicate-field": "kommt im selben Objekt doppelt vor; der Wert ist mehrdeutig",
	"newer-version":
		"Vorlagenversion {version} ist neuer als {known}, die neueste, die dieses Programm kennt; aktualisieren Sie cagewright",
	"bad-parameter": "ungültiger Parametername: Erlaubt sind Kleinbuchstaben, Ziffern und '_'; node und demo sind reserviert",
	"bad-value": "ungültiger Wert für diese Art",
	"not-a-manual-page": "muss eine Handbuchseite mit Abschnitt sein, etwa nginx(8)",
};

export const templateDe: Widen<typeof templateEn> = {
	head: ["Name", "Herkunft", "Beschreibung"],
	builtIn: "eingebaut",
	saved: "gespeichert",
	unaccepted: "gespeichert, nicht akzeptiert",
	savedAs: (path, make) => `Gespeichert: ${path}\nZum Verwenden: ${make}`,
	savedOver: (name, remove) => `Sie ersetzt die eingebaute Vorlage ${name}. Um diese wiederherzustellen: ${remove}`,
	savedValues: (values) =>
		`Werte, die nur für dieses System gelten, sind getrennt gespeichert und werden nicht exportiert. Auf anderen Systemen sind zu setzen: ${values}`,
	begun: (path) =>
		`${path} wurde angelegt. Füllen Sie die Datei aus, und führen Sie dann aus: cagewright template check ${path}; cagewright template import ${path}`,
	valid: (file) => `${file} ist eine gültige Vorlage.`,
	problem: (file, place, what) => `${file}: ${place || "/"}: ${what}`,
	first: "Vorbereitung:",
	parameters: "Parameter (--set NAME=WERT):",
	does: "Was sie tut:",
	notes: "Hinweise:",
	documentation: "Handbuchseiten:",
	needed: (kind) => `${kind}, erforderlich`,
	usual: (kind, value) => `${kind}, Vorgabe ${value}`,
	root: "root, nur mit den benötigten Capabilities",
	command: "Befehl",
	account: "Konto",
	cwd: "Verzeichnis",
	environment: "Variablen",
	probes: "Proben",
	exercises: "Übungen",
	directories: "Legt an",
	sockets: "Sockets, die root öffnet",
	binds: "Vom Host eingehängt",
	includes: "Aufgenommene Dateien",
	seeds: "Kopierte Daten",
	writable: "Beschreibbar",
	secrets: "Geheimnisse",
	writes: "Schreibt in Verzeichnisse anderer",
	devices: "Geräte",
	allows: "Berechtigungen",
	packages: "Pakete",
	alternative: "Variante für",
	untried: "unerprobt",
	consent: (name, hash) =>
		`Die Vorlage ${name} (SHA-256 ${hash.slice(0, 16)}…) würde all dies auf diesem System ausführen: den Befehl unter seinem Konto, Proben und Übungen als root:`,
	question: (name) => `Die Vorlage ${name} importieren und diese Befehle ausführen lassen? [j/N]`,
	acceptQuestion: (name) => `Die Vorlage ${name} diese Befehle von nun an ausführen lassen? [j/N]`,
	imported: (name, path, make) => `${name} importiert: ${path}\nZum Verwenden: ${make}`,
	same: (name) => `Die Vorlage ${name} besteht bereits und ist identisch.`,
	accepted: (name) => `Die Vorlage ${name} wurde akzeptiert.`,
	not: (name) => `Die Vorlage ${name} wurde nicht akzeptiert. Keiner ihrer Befehle lief.`,
	exported: (name, path, hash) => `${name} nach ${path} exportiert. SHA-256: ${hash}`,
	replaceQuestion: (name) => `Die Vorlage ${name} ersetzen? [j/N]`,
	removeQuestion: (name) => `Die Vorlage ${name} entfernen? [j/N]`,
	kept: (name) => `Die Vorlage ${name} wurde behalten.`,
	removed: (name) => `Vorlage ${name} entfernt.`,
	unchanged: (cage, template) => `Der Käfig ${cage} entspricht der Vorlage ${template}.`,
	changed: (cage, template) => `Änderungen im Käfig ${cage} (+) gegenüber der Vorlage ${template} (-):`,
};
