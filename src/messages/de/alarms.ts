import type { alarmsEn } from "../en/alarms.ts";
import type { Widen } from "../widen.ts";

export const alarmsDe: Widen<typeof alarmsEn> = {
	severities: { high: "HOCH", medium: "mittel" },
	results: { refused: "verweigert", killed: "beendet", crashed: "abgestürzt", opened: "geöffnet" },
	call: (cage, program, pid, call, result, technique) =>
		`${cage}: ${program}[${pid}] hat ${call} aufgerufen: ${result}${technique ? ` (${technique})` : ""}`,
	crash: (cage, program, pid) => `${cage}: ${program}[${pid}] ist abgestürzt`,
	decoy: (cage, program, pid, path) =>
		`${cage}: ${program ? `${program}[${pid}]` : `der schon beendete Prozess ${pid}`} hat den Köder ${path} geöffnet`,
	repeated: (count) => `, ${count}-mal`,
	byAccount: "der Prozess war schon beendet; der Käfig wurde am Konto erkannt",
	watching: (names) =>
		names.length ? `Beobachte ${names.join(", ")}. Strg-C beendet.` : "Beobachte alle Käfige. Strg-C beendet.",
	unit: {
		would: (path) => `Würde ${path} schreiben und starten.`,
		installed: (path) => `${path} geschrieben. Alarme stehen im Journal: journalctl CAGE=NAME`,
		wouldRemove: (path) => `Würde ${path} stoppen und entfernen.`,
		removed: (path) => `${path} gestoppt und entfernt.`,
		absent: "Die Beobachtung ist nicht installiert.",
	},
};
