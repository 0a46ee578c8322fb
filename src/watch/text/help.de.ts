import type { watchHelpEn } from "./help.en.ts";

export const watchHelpDe: typeof watchHelpEn = {
	watch: {
		about: "Angriffe auf laufende Käfige melden",
		details:
			"`watch` gibt je Alarm eine Zeile aus: für einen Systemaufruf, den der Käfig verweigert hat und den die Anwendung in ihrer Erprobung nie gemacht hat, für einen Absturz, für einen geöffneten Köder oder für eine Datei, die den Käfig gefährdet, etwa ein geändertes Programm.",
		format: "Form eines Alarms: Text, JSON, Elastic Common Schema oder Syslog (RFC 5424)",
		onAlarm:
			"Reaktion auf Alarme der Schwere HOCH: `report` meldet sie nur, `stop` beendet den Käfig, `freeze` friert seine Prozesse ein, alles andere ist eine Shell-Zeile, die den Alarm auf stdin erhält (Vorgabe: report)",
		stopTimeout: "bei `--on-alarm stop` so lange nach SIGTERM mit SIGKILL beenden (Vorgabe: 10)",
		checkEvery: "Sekunden zwischen zwei Prüfungen der Dateien der Käfige, 0 für keine (Vorgabe: 600)",
		journal: "Alarme auch ins Journal schreiben (journalctl CAGE=NAME)",
		withTests: "auch Alarme melden, die Erprobungen und Selbsttests auslösen",
		install: "eine systemd-Unit installieren und starten, die beobachtet",
		uninstall: "diese Unit stoppen und entfernen",
		dryRun: "zeigen, was --install oder --uninstall tun würde",
	},
	metrics: {
		about: "Alle Käfige prüfen und Messwerte für Prometheus ausgeben",
		details:
			"Ein Timer von `install` schreibt sie einmal am Tag, wenn es das Verzeichnis von node_exporter für solche Dateien gibt.",
		output: "in einem Schritt in diese Datei schreiben, die alle lesen können (Vorgabe: stdout, auch `-`)",
		force: "eine Datei ersetzen, die Cagewright nicht geschrieben hat",
	},
};
