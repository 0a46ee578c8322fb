import type { WizardMessages } from "../messages.ts";
import { keyNamesDe, keysDe } from "./keys.ts";
import { accountsDe } from "./wizard/accounts.ts";
import { buildDe } from "./wizard/build.ts";
import { chooseDe } from "./wizard/choose.ts";
import { coverageDe } from "./wizard/coverage.ts";
import { fileNoticesDe, filesDe } from "./wizard/files.ts";
import { formDe } from "./wizard/form.ts";
import { lacksDe } from "./wizard/lacks.ts";
import { linearDe } from "./wizard/linear.ts";
import { saveDe } from "./wizard/save.ts";
import { traceDe, traceNoticesDe } from "./wizard/trace.ts";
import { trialDe } from "./wizard/trial.ts";
import { whyDe } from "./wizard/why.ts";

/** Der Assistent, deutsch. */
export const wizardDe: WizardMessages = {
	title: "Cagewright",
	step: "Schritt {number}/{of} {name}",
	steps: {
		choose: "Wählen",
		trace: "Beobachten",
		files: "Dateien",
		accounts: "Konten",
		build: "Bauen",
		trial: "Erproben",
		save: "Sichern",
	},
	tooSmall: "Das Terminal ist zu klein: 40 Spalten und 12 Zeilen sind nötig.",
	looking: "Dieser Rechner wird angesehen…",
	working: "In Arbeit…",
	more: "{above} darüber, {below} darunter",
	matches: "{at}/{count} „{query}“",
	nothingFound: "Nichts passt zu „{query}“.",
	leftKept:
		"Vor dem Ende verlassen. Es wurde kein Käfig gebaut und auf diesem Rechner nichts verändert. Die Sitzung ist aufgehoben: {command}",
	left: "Vor dem Ende verlassen. Es wurde kein Käfig gebaut und auf diesem Rechner nichts verändert.",
	lacks: lacksDe,
	choose: chooseDe,
	form: formDe,
	trace: traceDe,
	coverage: coverageDe,
	files: filesDe,
	accounts: accountsDe,
	build: buildDe,
	trial: trialDe,
	save: saveDe,
	linear: linearDe,
	why: whyDe,
	prompts: {
		command: "Befehl",
		search: "Suche",
		exercise: "Übung (Shell-Zeile)",
		include: "Pfad oder Muster aufnehmen",
		exclude: "Muster weglassen",
		writable: "Diesen Ordner beschreibbar machen",
		template: "Name der Vorlage",
		review: "Neue Datei",
		find: "Suchen",
		parameter: "Wert",
		"initiated-by": "Für den Nachweis: veranlasst von",
		"implemented-by": "Für den Nachweis: umgesetzt von",
	},
	questions: {
		quit: "Verlassen? Beantwortet ist noch nichts, und kein Käfig entsteht. (j/n)",
		quitKept: "Verlassen? Die Sitzung bleibt; der nächste Start bietet sie an. d verlässt und verwirft sie. (j/n)",
		discard: "Die Sitzung {name} verwerfen, mit allen Antworten und der Beobachtung? (j/n)",
		quitDone: "Verlassen? Der Käfig steht. (j/n)",
		install:
			"{programs} {count|fehlt|fehlen} auf diesem Rechner. {packages} jetzt installieren? Ein Dienst, der mitkommt, wird dabei oft gestartet. (j/n)",
		secret: "{path} ist ein Geheimnis. Wer in die Anwendung einbricht, kann es im Käfig lesen. Hineinlassen? (j/n)",
		setuid: "{path} gibt jedem, der es ausführt, die Rechte seines Eigentümers. In den Käfig lassen? (j/n)",
		escape:
			"NICHT SICHER: {escaped} {escaped|Weg führt|Wege führen} aus diesem Käfig, {missing} {missing|Schicht fehlt|Schichten fehlen}. Trotzdem sichern? n zeigt, was gefunden wurde. (j/n)",
		"install-unit":
			"Die Unit von {name} nach /etc/systemd/system schreiben und systemd sie lesen lassen? Gestartet wird nichts. (j/n)",
		"install-dropin":
			"Ein Drop-in für {service} schreiben? Ab seinem nächsten Start läuft er im Käfig {name}, mit den Daten des Käfigs. (j/n)",
		device: "{path} ist ein Gerät mit einem Weg zum Rechner. In den Käfig lassen? (j/n)",
		bind: "In {path} liegen Geheimnisse oder Setuid-Dateien; eingehängt sieht der Käfig alles darin. Einhängen? (j/n)",
	},
	notices: {
		"parameter-port": "Ein Port ist eine Zahl von 1 bis 65535.",
		"parameter-path": "Ein Pfad beginnt mit einem Schrägstrich und hat keine Leerzeichen, Anführungs- oder Shellzeichen.",
		"parameter-program": "Ein Programm wird mit seinem Pfad genannt, der mit einem Schrägstrich beginnt.",
		"parameter-name": "Ein Name hat Buchstaben, Ziffern, Punkt, Strich und Unterstrich.",
		"parameter-text": "Nur Buchstaben, Ziffern, Leerzeichen und . _ / + @ : , = -, und wenigstens eines davon.",
		"account-not-named": "Keine Regel kann {name} nennen; darin steht, was in keinem Kontonamen stehen sollte.",
		"nsswitch-always": "Diese Datei wird für den Käfig geschrieben und bleibt, wie sie ist.",
		...fileNoticesDe,
		resumed: "Wieder dort, wo Sie {name} {ago:ago} verlassen haben.",
		"resumed-changed":
			"Wieder dort, wo Sie {name} {ago:ago} verlassen haben. Seither {count|hat sich|haben sich} {count:count} {count|Datei|Dateien} geändert, etwa {example}; sicher ist eine neue Beobachtung (r in Schritt 2).",
		"resumed-in-part":
			"Von {name}, {ago:ago} verlassen, war nicht alles zu lesen. Antworten und Entscheidungen sind da; bitte neu tracen.",
		...traceNoticesDe,
		"build-undone": "Angehalten. Vom Bau ist nichts übrig.",
		"review-saved": "Geschrieben nach {path}, lesbar nur für den Eigentümer.",
		"nothing-to-accept": "Es gibt nichts mehr zu ergänzen. Ändern Sie die Dateien (3), oder erproben Sie neu (r).",
		"must-answer-first": "Ein Käfig, dessen Anwendung nicht antwortet, wird nicht gesichert.",
		"declined-by-you": "Das haben Sie weggelassen. Mit 3 zurück zu den Dateien, um es zu erlauben.",
		"no-remedy": "Dagegen gibt es nichts, was man ergänzen könnte.",
		"not-installed": "{name} ist nicht installiert: {programs} fehlt, und die Vorlage nennt für dieses System kein Paket.",
		"no-probe-to-try": "Es gibt noch keine Probe, die man versuchen könnte.",
		"probe-stopped": "Die Probe wurde abgebrochen.",
		testing: "Die Auswege werden gerade versucht; gleich steht fest, was daraus wurde.",
		untested: "Die Auswege werden versucht, sobald die Anwendung antwortet.",
		"minimise-unanswered-yet": "Was niemand braucht, wird gesucht, sobald die Anwendung antwortet.",
		"minimise-saved": "Das ist gesichert. Außerhalb des Assistenten tut dasselbe: cagewright minimise {name}",
		"minimise-stopped": "Angehalten. Der Käfig ist, wie er war.",
		"unit-installed": "Geschrieben: {place}. Starten: systemctl enable --now {unit}",
		"unit-replaced": "Neu geschrieben: {place}. Neu starten: systemctl restart {unit}",
		"unit-unchanged": "{place} ist schon da, so wie es sein soll.",
		"unit-removed": "{place} ist weg.",
		"names-kept": "Der Nachweis nennt sie, und die späterer Käfige auch.",
		"template-saved": "Als Vorlage {name} gesichert: {path}",
		"template-saved-over":
			"Als Vorlage {name} gesichert, anstelle der mitgelieferten; „template remove {name}“ bringt diese zurück. {path}",
	},
	decided: {
		account: "als {name}",
		probes: "{count} {count|Probe|Proben}",
		contents: "{files:count} {files|Datei|Dateien}, {bytes:bytes}",
		undecided: "{count} unentschieden",
		openings: "{count} {count|Öffnung|Öffnungen}",
		closed: "nichts offen",
		answers: "antwortet im Käfig",
	},
	commands: {
		title: "Ausgeführte Befehle, der neueste zuletzt",
		none: "Bisher keine.",
		status: "Status {status}",
		times: "{count}-mal",
	},
	keysTitle: "Tasten, die hier gelten",
	keyGroups: {
		going: "Weiter und zurück",
		deciding: "Entscheiden",
		moving: "Bewegen",
		typing: "In der Zeile",
		looking: "Nachsehen",
	},
	unknown: "{code} {values}",
	keys: keysDe,
	keyNames: keyNamesDe,
};
