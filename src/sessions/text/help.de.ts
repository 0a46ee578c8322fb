import type { sessionsHelpEn } from "./help.en.ts";

export const sessionsHelpDe: typeof sessionsHelpEn = {
	sessions: {
		about: "Gespeicherte Sitzungen des Assistenten auflisten, zeigen und entfernen",
		details: "ACTION ist list, show NAME oder remove NAME. `cagewright --resume NAME` setzt eine Sitzung fort.",
		yes: "nicht fragen",
	},
};
