import type { recordHelpEn } from "./help.en.ts";

export const recordHelpDe: typeof recordHelpEn = {
	record: {
		about: "Die Dokumentation eines Käfigs schreiben, zur Freigabe und Prüfung",
		format: "Format (Vorgabe: nach dem Dateinamen, sonst md)",
		all: "die Nachweise aller Käfige und eine Übersicht in das Verzeichnis von -o schreiben",
		output:
			"in diese Datei oder mit --all in dieses Verzeichnis schreiben, lesbar nur für den Eigentümer (Vorgabe: stdout, auch `-`)",
		force: "Dateien ersetzen, die Cagewright nicht geschrieben hat",
		checksum: "ihre SHA-256 in eine zweite Datei und in das Protokoll des Käfigs schreiben (nur mit -o)",
		verify: "stattdessen prüfen, ob diese Datei ein unveränderter Nachweis des Käfigs ist",
		purpose: "Zweck des Käfigs; wird für den nächsten Nachweis gespeichert, und durch einen leeren Text entfernt",
		initiatedBy: "Person, die ihn veranlasst hat; wird für alle späteren Käfige gespeichert",
		implementedBy: "Person, die ihn umgesetzt hat; wird für alle späteren Käfige gespeichert",
		approvedBy: "Person, die die jetzige Generation freigibt und das verbleibende Risiko übernimmt",
	},
};
