import type { WizardMessages } from "../messages.ts";

export const saveDe: WizardMessages["save"] = {
	saving: "Käfig und Nachweis werden gesichert…",
	done: "Der Käfig {name} steht und antwortet.",
	root: "Käfig",
	data: "Daten",
	record: "Nachweis",
	run: "Starten",
	unit: "Als Dienst",
	same: "Dasselbe noch einmal, ohne Fragen:",
	menu: { end: "Fertig", template: "Antworten als Vorlage sichern", unit: "Unit für systemd zeigen" },
	unitTitle: "Die Unit für systemd (`cagewright unit {name}` gibt sie aus):",
};
