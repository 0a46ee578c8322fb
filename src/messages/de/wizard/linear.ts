import type { WizardMessages } from "../../messages.ts";

/** Was gesagt wird, wo nichts gezeichnet wird; deutsch. */
export const linearDe: WizardMessages["linear"] = {
	welcome:
		"Cagewright ohne Bildschirm. Antworten Sie mit Zahl oder Buchstabe und Enter; ein Fragezeichen sagt alles noch einmal.",
	step: "Schritt {number} von {of}: {name}.",
	stepOf: "Schritt {number} von {of}: {name}. Käfig: {cage}.",
	marks: {
		"[x]": "drin:",
		"[ ]": "draußen:",
		"[~]": "teils drin:",
		"[!]": "Achtung:",
		"[w]": "beschreibbar:",
		"[ok]": "gut:",
		"[!!]": "misslungen:",
		"[..]": "noch nicht:",
	},
	folded: "zu:",
	unfolded: "offen:",
	selected: "gewählt:",
	attention: "Achtung:",
	leadsTo: "führt zu",
	number: "Eine Zahl wählt aus der Liste.",
	numberTakes: "Eine Zahl entscheidet sich für einen Eintrag der Liste.",
	numberEdits: "Eine Zahl ändert, was dort steht.",
	enter: "Enter",
	action: "{typed}: {word}",
	more: "mehr von der Liste",
	fewer: "die Liste davor",
	ask: "Ihre Wahl: ",
	askDefault: "Ihre Wahl, Enter: {word}: ",
	prompt: "{label} (ein Punkt führt zurück): ",
	promptKeeps: "{label}, Enter nimmt „{text}“ (ein Punkt führt zurück): ",
	edit: "{label}, jetzt „{text}“. Enter behält es, ein Minus allein leert es: ",
	editEmpty: "{label}, jetzt leer. Enter belässt es so: ",
	unknown: "„{text}“ ist keine der Antworten. Ein Fragezeichen nennt sie noch einmal.",
};
