import type { adoptHelpEn } from "./help.en.ts";

export const adoptHelpDe: typeof adoptHelpEn = {
	adopt: {
		about: "Einen laufenden systemd-Dienst in einen Käfig übernehmen",
		details:
			"`adopt` legt den Käfig an, wenn er fehlt, und startet den Dienst im Käfig neu. Sein Zustand bleibt an seinem Ort. Antwortet er dort nicht oder ist einer seiner Clients abgeschnitten, wird alles rückgängig gemacht. `release` gibt ihn an den Host zurück. Mehrere Dienste ziehen nacheinander um und kehren zusammen zurück, wenn einer scheitert.",
	},
	release: {
		about: "Einen übernommenen Dienst an den Host zurückgeben",
		details:
			"`release` stellt die Unit-Dateien wieder her. Von kopiertem Zustand kopiert es zurück, was sich im Käfig geändert hat. Mehrere Dienste kehren nacheinander zurück, und zusammen in ihre Käfige, wenn einer scheitert.",
		keep: "wessen Zustand gilt, wenn sich beide geändert haben",
		yes: "nicht fragen",
	},
};
