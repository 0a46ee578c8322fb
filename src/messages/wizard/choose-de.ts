import type { WizardMessages } from "../messages.ts";

export const chooseDe: WizardMessages["choose"] = {
	title: "Welche Anwendung kommt in einen Käfig?",
	first: "Zum ersten Mal hier? Die Vorführung braucht nichts, was nicht schon da ist.",
	kinds: { demo: "Vorführung", template: "Vorlage", unit: "Dienst", process: "Prozess" },
	states: { missing: "fehlt", installed: "da", running: "läuft" },
	install: "Nicht installiert. Enter bietet an, {packages} zu installieren.",
	noPackage: "Nicht installiert: {programs} fehlt auf diesem Rechner.",
	facts: {
		command: "Befehl",
		account: "Konto",
		package: "Paket",
		unit: "Unit",
		listens: "Lauscht",
		probe: "Probe",
		lacks: "Fehlt",
		packages: "Installieren",
		process: "Läuft als",
	},
	root: "root, nur mit dem, was es nachweislich braucht",
	pid: "Prozess {pid}",
	atBoot: "startet mit dem System",
	searching: "Filter: {query}",
	none: "Keine Anwendung gefunden. Mit t geben Sie einen Befehl ein.",
	reading: "Es wird gelesen, was {name} braucht…",
};
