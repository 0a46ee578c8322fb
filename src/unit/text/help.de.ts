import type { unitHelpEn } from "./help.en.ts";

export const unitHelpDe: typeof unitHelpEn = {
	unit: {
		about: "Eine gehärtete systemd-Unit für einen Käfig ausgeben oder installieren",
		dropin: "ein Drop-in schreiben, mit dem dieser Dienst des Hosts im Käfig läuft",
		install: "das Ergebnis dorthin schreiben, wo der Host es liest, etwa /etc/systemd/system",
		uninstall: "entfernen, was --install geschrieben hat",
		score: "die Bewertung von systemd vorher und nachher zeigen",
		dryRun: "zeigen, was --install oder --uninstall tun würde",
		root: "die Units im Dateibaum eines anderen Systems lesen",
		logrotate: "stattdessen eine logrotate-Datei für die Logs des Käfigs ausgeben",
		deployHook: "stattdessen einen Hook für certbot ausgeben, der ein erneuertes Zertifikat neu laden lässt",
	},
};
