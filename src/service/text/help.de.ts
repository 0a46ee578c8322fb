import type { serviceHelpEn } from "./help.en.ts";

export const serviceHelpDe: typeof serviceHelpEn = {
	apps: {
		about: "Die Anwendungen auf diesem System auflisten",
		details: "Die Liste enthält Dienste und lauschende Prozesse. NAME zeigt alles, was über einen davon bekannt ist.",
	},
};
