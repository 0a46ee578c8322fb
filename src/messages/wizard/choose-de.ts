import type { WizardMessages } from "../messages.ts";

export const chooseDe: WizardMessages["choose"] = {
	title: "Welche Anwendung kommt in einen Käfig?",
	first: "Zum ersten Mal hier? Die Vorführung braucht nichts, was nicht schon da ist.",
	kinds: { demo: "Vorführung", template: "Vorlage", unit: "Dienst", process: "läuft" },
	searching: "Filter: {query}",
	none: "Keine Anwendung gefunden. Mit t geben Sie einen Befehl ein.",
	reading: "Es wird gelesen, was {name} braucht…",
};
