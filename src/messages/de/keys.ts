import type { Command } from "../../wizard/bindings.ts";
import type { WizardMessages } from "../en/wizard.ts";

/** Die Wörter für das, was Tasten tun, und die Namen der Tasten; deutsch. */
export const keysDe: Readonly<Record<Command, string>> = {
	"go-on": "weiter",
	choose: "wählen",
	install: "installieren, nachsehen",
	start: "zum Knopf",
	"finish-early": "genug, weiter",
	build: "bauen, erproben",
	"run-next": "Nächstes üben",
	"another-run": "weiterer Lauf",
	"next-view": "nächste Ansicht",
	"previous-view": "Ansicht davor",
	"watch-running": "laufend beobachten",
	"start-over": "neu beobachten, Läufe vergessen",
	again: "noch einmal",
	"accept-remedies": "ergänzen, erproben",
	minimise: "Unnötiges weglassen",
	"finish-search": "genug, zeigen",
	"leave-out": "ohne das bauen",
	save: "sichern",
	"finish-anyway": "so sichern",
	pick: "wählen",
	end: "fertig",
	back: "zurück",
	stop: "zurück",
	quit: "beenden",
	interrupt: "beenden",
	keys: "alle Tasten",
	why: "warum",
	commands: "gelaufene Befehle",
	search: "suchen",
	output: "Ausgabe",
	selftest: "Selbsttest",
	shell: "Shell",
	"next-match": "nächste Stelle",
	"previous-match": "Stelle davor",
	toggle: "rein/raus",
	"next-tab": "nächste Ansicht",
	"previous-tab": "Ansicht davor",
	"next-file": "nächste Datei",
	"previous-file": "vorige Datei",
	"type-command": "Befehl eingeben",
	exercise: "Übung",
	include: "aufnehmen",
	exclude: "weglassen",
	writable: "beschreibbar",
	open: "öffnen",
	"open-all": "alles darunter öffnen oder schließen",
	"close-folder": "schließen",
	"close-or-back": "zu, zurück",
	all: "alle gezeigten",
	package: "das ganze Paket",
	kind: "alle dieser Art",
	bind: "einhängen",
	empty: "leer",
	undo: "rückgängig",
	redo: "wiederholen",
	"next-waiting": "nächstes [!]",
	"dry-run": "Probelauf",
	"save-review": "Liste sichern",
	"to-application": "Anwendung",
	"to-files": "Dateien",
	"to-accounts": "Konten",
	submit: "fertig",
	close: "schließen",
	yes: "ja",
	no: "nein",
	"next-field": "nächstes",
	begin: "Beobachtung starten",
	"try-probe": "Probe versuchen",
	"previous-field": "davor",
	discard: "verwerfen",
	"line-start": "Anfang der Zeile",
	"line-end": "Ende der Zeile",
	"cut-before": "alles davor löschen",
	"cut-after": "alles danach löschen",
	"cut-word": "Wort davor löschen",
	up: "hinauf",
	down: "hinab",
	"page-up": "Seite hinauf",
	"page-down": "Seite hinab",
	first: "Anfang",
	last: "Ende",
};

export const keyNamesDe: Readonly<Record<string, string>> = {
	enter: "Enter",
	escape: "Esc",
	space: "Leertaste",
	tab: "Tab",
	"shift-tab": "Umschalt-Tab",
	up: "↑",
	down: "↓",
	left: "←",
	right: "→",
	pageup: "Bild↑",
	pagedown: "Bild↓",
	home: "Pos1",
	end: "Ende",
	"ctrl-c": "Strg-C",
	"ctrl-b": "Strg-B",
	"ctrl-f": "Strg-F",
	"ctrl-r": "Strg-R",
	"ctrl-a": "Strg-A",
	"ctrl-e": "Strg-E",
	"ctrl-g": "Strg-G",
	"ctrl-k": "Strg-K",
	"ctrl-t": "Strg-T",
	"ctrl-u": "Strg-U",
	"ctrl-w": "Strg-W",
	f1: "F1",
	f2: "F2",
	f3: "F3",
};

export const whyDe: WizardMessages["why"] = {
	title: "Warum: {step}",
	machine: "An diesem Rechner:",
	proposals: "Vorschläge:",
	names: {
		requirements: "was fehlt",
		choose: "die Anwendung",
		form: "wie sie startet",
		trace: "das Beobachten",
		files: "Dateien und Geräte",
		accounts: "Konten",
		build: "Durchsicht, bevor etwas geschrieben wird",
		trial: "die Erprobung",
		save: "das Sichern",
	},
	steps: {
		requirements: {
			purpose:
				"Eine Anwendung zu beobachten und in einem Käfig zu halten braucht Programme, die diesem Rechner fehlen. Ohne sie wäre auf keinen der folgenden Schritte Verlass, deshalb kommen sie zuerst.",
			machine: "Enter installiert die genannten Pakete mit der Paketverwaltung des Systems, sonst nichts. c zeigt die Befehle.",
			proposals: "Alles wurde auf diesem Rechner gesucht oder ausprobiert; das Paket ist das, welches es hier mitbringt.",
		},
		choose: {
			purpose:
				"Ein Käfig gilt einer Anwendung: Er bekommt die Dateien, Konten und Rechte, die sie braucht, und nichts von den anderen. Darum die Frage zuerst, welche es ist.",
			machine: "Nichts. Vorlagen, Units und lauschende Prozesse wurden gelesen, nichts gestartet oder angehalten.",
			proposals:
				"Vorlagen bringt dieses Programm mit, oder Sie haben sie gesichert. Dienste sind die systemd-Units dieses Rechners, die in einen Käfig können; „läuft“ heißt: lauscht an einem Port und gehört zu keiner Unit.",
		},
		form: {
			purpose:
				"Der Käfig entsteht aus dem, was die Anwendung tut, wenn sie so gestartet wird. Die Probe ist eine echte Anfrage: Sie entscheidet in jedem weiteren Schritt, ob die Anwendung geht. Das Konto ist das, was ein Eindringling wäre.",
			machine:
				"Nichts, bis die Beobachtung beginnt. Eine Probe zu versuchen (Strg-T) führt diese eine Zeile aus wie eine Shell; gefragt wird, was auf diesem Wirt gerade läuft. Antwortet nichts, startet die Anwendung kurz in einer Sandbox, und was sie dort schreibt, wird weggeworfen.",
			proposals:
				"Befehl, Konto, Verzeichnis und Variablen stammen aus der Vorlage, der Unit oder dem laufenden Prozess; Proben aus dem Protokoll, für das das Programm bekannt ist, oder sein Port, und das ist dann geraten. Ist beides unbekannt, wurde mit den Ports, an denen sie jetzt lauscht, einmal Verbindung aufgenommen, ob sie grüßt oder HTTP spricht: ebenfalls geraten.",
		},
		trace: {
			purpose:
				"Keine Dokumentation nennt jede Datei, die eine Anwendung öffnet. Darum wird sie gestartet und mit strace beobachtet, vom Start über Anfragen und Neuladen bis zum Ende: Was sie anfasst, braucht der Käfig. Was jetzt nicht geübt wird, fehlt in der Erprobung oder später.",
			machine:
				"Die Anwendung läuft in einer Sandbox: in einer Kopie des Dateisystems, aus der alles Geschriebene weggeworfen wird, und in einem eigenen Netz. Der Betrieb läuft weiter. Nur „auf dem Wirt“ schreibt sie wirklich.",
			proposals:
				"Proben und Übungen sind die Zeilen des Formulars. Was als Nächstes kommt, fragt mit dem Programm der Probe nach mehr; was das Paket enthält und noch niemand benutzt hat, ist aus der Paketdatenbank bekannt. x führt die nächste Zeile aus, e eine eigene.",
		},
		files: {
			purpose:
				"Alles im Käfig kann lesen und benutzen, wer in die Anwendung einbricht. Weniger ist also besser: Was sie angefasst hat, ist drin, was niemand braucht, darf weg, Geheimnisse und Setuid-Dateien warten auf Ihr Ja.",
			machine: "Nichts. Entscheidungen werden als Regeln behalten und gelten, wenn der Käfig gebaut wird.",
			proposals:
				"Dateien, die beim Beobachten geöffnet wurden, Bibliotheken, die Programme laut ihrem Kopf brauchen, was eine Vorlage nennt, und die wenigen, die der Starter schreibt. Bei jedem Eintrag steht, was davon zutrifft.",
		},
		accounts: {
			purpose:
				"Ein Käfig bekommt eigene Dateien passwd und group, nur mit den Namen, die die Anwendung finden muss. Die übrigen Konten des Rechners gehen dort niemanden etwas an, und kein Passwort wird kopiert.",
			machine: "Nichts. Geschrieben werden diese Dateien beim Bauen, im Käfig; die des Systems bleiben, wie sie sind.",
			proposals:
				"Das Konto, als das sie startet, die Konten, zu denen sie beim Beobachten gewechselt ist, und die Eigentümer der Dateien, die hineinkommen.",
		},
		build: {
			purpose:
				"Bis hierher wurde nichts geschrieben. Hier steht alles, was geschrieben wird, das Gefährliche zuerst; 1, 3 und 4 führen zu jeder Antwort zurück.",
			machine:
				"Enter kopiert die Dateien in eine neue Generation unter dem Zustandsordner und startet die Anwendung dort einmal, in einer Sandbox. Ein Käfig gleichen Namens, der gerade läuft, bleibt unberührt.",
			proposals: "Capabilities und Öffnungen sind die, deren Gebrauch beim Beobachten gelang; was nicht zu sehen war, bleibt zu.",
		},
		trial: {
			purpose:
				"Gut ist ein Käfig, wenn die Anwendung aus ihm heraus antwortet, und nur dann. Was sie suchte und nicht fand, steht hier mit dem, was hilft; nehmen Sie es an und erproben Sie neu, bis nichts Wichtiges mehr fehlt. Antwortet sie, so findet m durch weitere Versuche, was niemand braucht.",
			machine:
				"Die Anwendung läuft im Käfig, in einem eigenen Netz, und ihr Zustand ist eine Kopie, die weggeworfen wird. Die jetzige Generation des Käfigs bleibt unberührt.",
			proposals:
				"Was fehlte, hat das Beobachten im Käfig gezeigt. Abhilfe ist genau die Datei, das Recht oder das Konto, um das es bei dem abgewiesenen Aufruf ging.",
		},
		save: {
			purpose:
				"Der Käfig steht. Bleibt, ihn in Betrieb zu nehmen, ihn aktuell zu halten und ihn noch einmal machen zu können: Der Befehl tut dasselbe ohne Fragen, der Nachweis sagt, was drin ist und warum.",
			machine: "Gesicherte Vorlagen und Nachweise sind Dateien unter dem Zustandsordner. Die Unit zu zeigen installiert nichts.",
			proposals: "Der Befehl nennt, was Sie anders entschieden haben als vorgeschlagen, und sonst nichts.",
		},
	},
};
