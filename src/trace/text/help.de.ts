import type { traceHelpEn } from "./help.en.ts";

export const traceHelpDe: typeof traceHelpEn = {
	trace: {
		about: "Eine Anwendung in der Sandbox beobachten und speichern, was sie benutzt",
		details:
			"TARGET ist eine Vorlage oder eine systemd-Unit; --add braucht einen Käfig. `trace NAME --for ZEIT` beobachtet, welche Dateien einem laufenden Käfig fehlen.",
		add: "diesen Lauf zur gespeicherten Beobachtung nehmen; nur die hier genannten Übungen ausführen",
		for: "wie lange ein laufender Käfig beobachtet wird, mit --attach mindestens: Sekunden, oder eine Zeit wie 30m oder 24h",
	},
};
