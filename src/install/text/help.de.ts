import type { installHelpEn } from "./help.en.ts";

export const installHelpDe: typeof installHelpEn = {
	doctor: {
		about: "Die Voraussetzungen prüfen und erklären, wie sich jedes Problem beheben lässt",
		fix: "fehlende Pakete mit der Paketverwaltung des Systems installieren",
	},
	install: {
		about: "Programm, Manpages, Vervollständigung, Hooks und einen Timer installieren",
		details: "`install` überschreibt nie Dateien, die es nicht angelegt hat oder die seither geändert wurden.",
		timer: "Aufgabe des täglichen Timers (Vorgabe: check)",
	},
	uninstall: { about: "Entfernen, was `install` geschrieben hat, nie einen Käfig" },
};
