import type { Command } from "../state/command.ts";
import type { WizardMessages } from "./en.ts";

export const keysDe: Readonly<Record<Command, string>> = {
	"go-on": "weiter",
	choose: "wählen",
	"new-cage": "neuer Käfig",
	perform: "ausführen",
	fix: "Rat befolgen",
	"stop-cage": "anhalten",
	install: "installieren, erneut prüfen",
	start: "zum Knopf",
	"finish-early": "weiter",
	build: "bauen, erproben",
	"run-next": "nächste Übung",
	"another-run": "weiterer Lauf",
	"next-view": "nächste Ansicht",
	"previous-view": "vorige Ansicht",
	"watch-running": "laufenden beobachten",
	"start-over": "neu beobachten, Läufe verwerfen",
	again: "erneut versuchen",
	"accept-remedies": "ergänzen, erneut erproben",
	minimise: "Unnötiges weglassen",
	"finish-search": "beenden, Ergebnis zeigen",
	"leave-out": "ohne das bauen",
	save: "speichern",
	"finish-anyway": "trotzdem speichern",
	pick: "wählen",
	back: "zurück",
	stop: "zurück",
	quit: "beenden",
	interrupt: "beenden",
	keys: "alle Tasten",
	why: "Hilfe",
	commands: "ausgeführte Befehle",
	search: "suchen",
	output: "Ausgabe",
	selftest: "Selbsttest",
	shell: "Shell",
	"next-match": "nächster Treffer",
	"previous-match": "voriger Treffer",
	toggle: "umschalten",
	"next-tab": "nächste Ansicht",
	"previous-tab": "vorige Ansicht",
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
	package: "ganzes Paket",
	kind: "alle dieser Art",
	bind: "einhängen",
	empty: "leer",
	decoys: "Köder",
	look: "hineinsehen",
	copy: "kopieren",
	rounds: "Änderungen",
	undo: "rückgängig",
	redo: "wiederholen",
	"next-waiting": "nächstes [!]",
	"dry-run": "Probelauf",
	"save-review": "Liste speichern",
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
	"previous-field": "voriges",
	discard: "verwerfen",
	"line-start": "Anfang der Zeile",
	"line-end": "Ende der Zeile",
	"cut-before": "bis zum Anfang löschen",
	"cut-after": "bis zum Ende löschen",
	"cut-word": "voriges Wort löschen",
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
	f4: "F4",
};

export const whyDe: WizardMessages["why"] = {
	title: "Zu diesem Schritt: {step}",
	machine: "Wirkung auf dieses System:",
	proposals: "Vorschläge:",
	names: {
		home: "Ihre Käfige",
		cage: "ein Käfig",
		requirements: "fehlende Voraussetzungen",
		choose: "Anwendung",
		form: "wie die Anwendung startet",
		trace: "Beobachtung",
		files: "Dateien und Geräte",
		accounts: "Konten",
		build: "Durchsicht vor dem Bau",
		trial: "Erprobung",
		save: "Speichern",
	},
	steps: {
		home: {
			purpose:
				"Die Liste zeigt, wie es jedem Käfig geht: ob und wie er läuft, Alarme seit Ihrem letzten Blick darauf, veraltete Dateien und Befunde der Prüfung. Enter zeigt einen Käfig und was Sie mit ihm tun können.",
			machine: "Keine. Solange die Liste offen ist, wird sie alle paar Sekunden neu gelesen.",
			proposals: "Ein Ausrufezeichen heißt: Dieser Käfig braucht einen Blick. Verlassene Sitzungen stehen unter den Käfigen.",
		},
		cage: {
			purpose:
				"Tab wechselt die Ansicht: was ein Eindringling noch könnte, Alarme und wie man ihre Ursache erlaubt oder anhält, die Prüfung, der Verlauf und die Dateien.",
			machine: "Keine. Jede Aktion zeigt zuerst, was sie ändert und für welchen Befehl sie steht.",
			proposals: "Die Liste bietet die Aktionen an, die jetzt möglich sind.",
		},
		requirements: {
			purpose:
				"Cagewright braucht einige Programme, um eine Anwendung zu beobachten und abzuschotten. Auf diesem System fehlen welche. Installieren Sie sie zuerst; ohne sie ist kein späterer Schritt verlässlich.",
			machine: "Enter installiert nur die genannten Pakete, mit der Paketverwaltung des Systems. c zeigt die Befehle.",
			proposals: "Cagewright hat jede Voraussetzung auf diesem System geprüft und nennt das Paket, das sie erfüllt.",
		},
		choose: {
			purpose:
				"Ein Käfig schottet eine Anwendung ab. Er enthält nur die Dateien, Konten und Rechte, die sie braucht. Wählen Sie zuerst die Anwendung.",
			machine: "Keine. Cagewright hat Vorlagen, Units und lauschende Prozesse gelesen, aber nichts gestartet oder angehalten.",
			proposals:
				"Vorlagen sind eingebaut oder von Ihnen gespeichert. Dienste sind systemd-Units, die in einen Käfig können. Laufende Anwendungen lauschen auf einem Port und gehören zu keiner Unit.",
		},
		form: {
			purpose:
				"Cagewright baut den Käfig aus dem, was die Anwendung mit diesen Einstellungen tut. Die Probe sendet eine echte Anfrage; jeder spätere Schritt prüft damit, ob die Anwendung funktioniert. Ein Angreifer, der die Anwendung übernimmt, hat die Rechte ihres Kontos.",
			machine:
				"Keine, bis die Beobachtung beginnt. Strg-T führt die Probe als Shell-Zeile auf dem Host aus. Antwortet nichts, startet Cagewright die Anwendung kurz in einer Sandbox und verwirft, was sie schreibt.",
			proposals:
				"Befehl, Konto, Verzeichnis und Variablen stammen aus der Vorlage, der Unit oder dem laufenden Prozess. Die Probe stammt aus dem bekannten Protokoll des Programms oder ist aus seinem Port oder seiner Begrüßung abgeleitet.",
		},
		trace: {
			purpose:
				"Keine Dokumentation nennt jede Datei, die eine Anwendung öffnet. Deshalb beobachtet strace sie vom Start über Anfragen und Neuladen bis zum Ende; der Käfig erhält die benutzten Dateien. Üben Sie eine Funktion jetzt nicht, können ihre Dateien in der Erprobung oder später fehlen.",
			machine:
				"Die Anwendung läuft in einer Sandbox: in einer Kopie des Dateisystems, die verworfen wird, und einem eigenen Netz. Dienste im Betrieb laufen weiter. Anfragen an Dienste dieses Systems, etwa eine Datenbank, sind echt. Nur „auf dem Host“ schreibt sie dauerhaft.",
			proposals:
				"Proben und Übungen sind die Zeilen des Formulars. Die Vorschläge verwenden das Programm der Probe und Dateien des Pakets, die noch nicht benutzt wurden. x führt den nächsten Vorschlag aus, e einen eigenen.",
		},
		files: {
			purpose:
				"Ein Angreifer, der die Anwendung übernimmt, kann alles im Käfig lesen und benutzen; nehmen Sie deshalb so wenig wie möglich auf. Der Käfig enthält die benutzten Dateien. Entfernen Sie, was die Anwendung nicht braucht. Geheimnisse und setuid-Dateien brauchen Ihre Zustimmung.",
			machine: "Keine. Cagewright behält Ihre Entscheidungen als Regeln und wendet sie beim Bau an.",
			proposals:
				"Die Liste enthält bei der Beobachtung geöffnete Dateien, Bibliotheken, die die Header der Programme verlangen, in einer Vorlage genannte Dateien und von Cagewright erzeugte Dateien. Jeder Eintrag zeigt seinen Grund.",
		},
		accounts: {
			purpose:
				"Cagewright schreibt für den Käfig eine eigene passwd und group. Sie enthalten nur die Namen, die die Anwendung finden muss, und keine Passwörter.",
			machine: "Keine. Cagewright schreibt diese Dateien beim Bau in den Käfig. Die Dateien des Systems ändern sich nicht.",
			proposals:
				"Das Konto der Anwendung, Konten, zu denen sie bei der Beobachtung wechselte, und Eigentümer von Dateien im Käfig.",
		},
		build: {
			purpose:
				"Noch wurde nichts geschrieben. Diese Seite zeigt alles, was Cagewright schreiben wird, Risiken zuerst. Mit {key:to-application}, {key:to-files} oder {key:to-accounts} ändern Sie eine Antwort.",
			machine:
				"Enter kopiert die Dateien in eine neue Generation im Zustandsordner und startet die Anwendung dort einmal, in einer Sandbox. Ein laufender Käfig gleichen Namens bleibt unberührt.",
			proposals:
				"Der Käfig erhält nur Capabilities und Berechtigungen, deren Benutzung bei der Beobachtung gelang. Alles andere bleibt verweigert.",
		},
		trial: {
			purpose:
				"Ein Käfig funktioniert nur, wenn die Anwendung darin antwortet. Die Liste zeigt, was die Anwendung nicht fand, jeweils mit Abhilfe. Nehmen Sie sie an, und erproben Sie erneut, bis nichts Wichtiges fehlt. Danach findet m Dateien, die nichts braucht.",
			machine:
				"Die Anwendung läuft im Käfig mit eigenem Netz und einer Kopie ihres Zustands, die verworfen wird. Die aktuelle Generation des Käfigs ändert sich nicht.",
			proposals:
				"Cagewright hat die Anwendung im Käfig beobachtet, um Fehlendes zu finden. Jede Abhilfe ergänzt nur die Datei, das Recht oder das Konto, das der verweigerte Aufruf braucht.",
		},
		save: {
			purpose:
				"Der Käfig funktioniert; gespeichert wird er erst, wenn Sie wählen, wie. Speichern Sie nur ihn, oder machen Sie gleich weiter: ihn als Dienst betreiben, den laufenden Dienst übernehmen oder die Antworten als Vorlage behalten. Der Befehl baut denselben Käfig ohne Fragen; der Nachweis dokumentiert, was er enthält und warum.",
			machine:
				"Cagewright speichert Käfige, Vorlagen und Nachweise im Zustandsordner. Ein Dienst ändert sich erst nach einer Seite, die zeigt, wie.",
			proposals: "Der Befehl enthält nur die Entscheidungen, die von den Vorschlägen abweichen.",
		},
	},
};
