import type { WizardMessages } from "../messages.ts";

export const saveDe: WizardMessages["save"] = {
	saving: "Käfig und Nachweis werden gesichert…",
	done: "Der Käfig {name} steht und antwortet.",
	root: "Käfig",
	data: "Daten",
	record: "Nachweis",
	testing: "Gesichert wird, sobald die Auswege versucht sind.",
	unsafe: "Der Käfig {name} steht und antwortet, ist aber NICHT SICHER: siehe cagewright selftest.",
	next: {
		run: "Jetzt starten",
		adopt: "Den laufenden Dienst hineinbringen",
		unit: "Mit der Maschine starten",
		update: "Nach Aktualisierungen dieses Rechners",
		selftest: "Die Auswege noch einmal versuchen",
		again: "Neu machen, aus den neuen Dateien des Wirts",
	},
	same: "Dasselbe noch einmal, ohne Fragen:",
	menu: {
		end: "Fertig",
		next: "Wie es weitergeht, zum Kopieren",
		template: "Antworten als Vorlage sichern…",
		record: "Nachweis lesen",
		unit: "Unit für systemd zeigen",
		"install-unit": "Unit für systemd einrichten…",
		dropin: "Drop-in für {service} zeigen",
		"install-dropin": "Drop-in für {service} einrichten…",
		changes: "Mit der Vorlage vergleichen",
	},
	titles: {
		unit: "Die Unit von {name} für systemd",
		dropin: "Das Drop-in, das {service} in {name} bringt",
		record: "Der Nachweis von {name}",
		changes: "Was aus der Vorlage {template} geworden ist",
		consent: "Die Vorlage {name} all das ausführen lassen? j nimmt an",
		next: "Wie es mit {name} weitergeht",
	},
};
