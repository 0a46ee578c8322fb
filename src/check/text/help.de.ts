import type { checkHelpEn } from "./help.en.ts";

export const checkHelpDe: typeof checkHelpEn = {
	check: {
		about: "Käfige prüfen und mit dem Host vergleichen",
		details:
			"`check` endet mit 1, wenn es etwas Neues findet, und ändert weder am Host noch im Käfig etwas. FINDING ist CODE:PATH (oder CODE:ACCOUNT), package:NAME, host-files, would-change oder processes-behind; ein falscher Name zeigt die des Käfigs. Mit `--accept` gilt ein Befund für `check` nur nicht mehr als neu. Es erlaubt nichts: Eine Gefahr verhindert weiter jeden Start, bis `run --accept-finding CODE:PATH` ihn erlaubt; auch `check` akzeptiert sie dann.",
		accept: "diesen Befund zur Kenntnis nehmen, mit Ihrem Namen und der Zeit; ändert er sich, ist er wieder neu",
		until: "letzter Tag, an dem --accept gilt (Vorgabe: bis --revoke)",
		revoke: "einen zur Kenntnis genommenen Befund wieder melden",
		deep: "jede Datei lesen, auch wenn Größe und Zeitstempel unverändert sind",
		nagios: "eine Zeile ausgeben und enden, wie die Überwachung es erwartet (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)",
	},
};
