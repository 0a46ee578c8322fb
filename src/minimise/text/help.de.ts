import type { minimiseHelpEn } from "./help.en.ts";

export const minimiseHelpDe: typeof minimiseHelpEn = {
	minimise: {
		about: "Dateien entfernen, die Erprobungen als unnötig erweisen",
		exercise: "Shell-Zeile, die von nun an auch in jeder Erprobung gelingen muss",
		for: "die Suche nach dieser Zeit (90s, 10m, 1h) mit dem bisher besten Ergebnis beenden",
		yes: "den kleineren Käfig ohne Rückfrage bauen",
		dryRun: "zeigen, was versucht würde und was bleibt",
	},
};
