import type { WizardMessages } from "../messages.ts";

export const chooseDe: WizardMessages["choose"] = {
	title: "Welche Anwendung kommt in einen Käfig?",
	first: "Zum ersten Mal hier? Die Vorführung braucht nichts, was nicht schon da ist.",
	kinds: { session: "Sitzung", demo: "Vorführung", template: "Vorlage", unit: "Dienst", process: "läuft" },
	session: "Schritt {step} von {of}, {ago:ago}",
	goOn: "Weiter mit {name} – Schritt {step} von {of} {stepName}, {ago:ago}",
	sessionOpen: "offen in Prozess {pid}",
	sessionDamaged: "nicht lesbar, beiseitegelegt",
	sessionNewer: "von einer neueren Version, bleibt liegen",
	searching: "Filter: {query}",
	none: "Keine Anwendung gefunden. Mit t geben Sie einen Befehl ein.",
	reading: "Es wird gelesen, was {name} braucht…",
};
