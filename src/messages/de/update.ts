import type { updateEn } from "../en/update.ts";
import type { Widen } from "../widen.ts";

/** Was `update`, `rollback` und `diff` sagen, deutsch. */
export const updateDe: Widen<typeof updateEn> = {
	unchanged: (name, generation) =>
		`${name} ist auf dem neuesten Stand: Generation ${generation} hat, was der Rechner hat. Nichts wurde getan.`,
	would: (name, generation) =>
		`Würde ${name} von Generation ${generation} auf den neuen Stand bringen: die nächste daneben bauen, erproben und zur gültigen machen, wenn sie antwortet. Nichts wurde geändert.`,
	editGoesOn: (path) => `${path} wurde im Käfig bearbeitet und bleibt, wie es ist`,
	conflict: (path, name) =>
		`${path} wurde im Käfig bearbeitet und hat sich auch auf dem Rechner geändert: --configuration keep oder host entscheidet. Beides ansehen: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name, paths) => `In ${name} wurde dies bearbeitet, und auf dem Rechner hat es sich auch geändert: ${paths}`,
	keepQuestion:
		"Behalten, was im Käfig bearbeitet wurde? Sonst kommt die Fassung des Rechners hinein, und die bearbeitete wird neben dem Käfig aufgehoben. [j/N]",
	updated: (name, from, to, files) =>
		`${name} ist auf dem neuen Stand und antwortet: Generation ${to} (${files} Dateien) gilt jetzt; zurück zu ${from}: cagewright rollback ${name}`,
	restarted: (services, seconds) => `Neu gestartet: ${services}, ${seconds} s weg.`,
	remaining: (name, pids) =>
		`Noch in der vorigen Generation: ${pids}. Was dort läuft, bekommt die neue beim nächsten Start; ${name} beenden und neu starten.`,
	summary: (done, failed) => `${done} auf dem neuen Stand, ${failed} gescheitert`,
	wouldRollBack: (name, from, to) =>
		`Würde Generation ${to} von ${name} statt ${from} zur gültigen machen und neu starten, was läuft. Die Daten blieben, wie sie sind.`,
	rolledBack: (name, from, to) => `${name} ist wieder bei Generation ${to} (vorher ${from}). Die Daten sind, wie sie waren.`,
	switched: (name, generation, restarted, remaining) =>
		[
			`Ein früherer Befehl wurde abgebrochen: Von ${name} gilt Generation ${generation}.`,
			...(restarted.length ? [`Jetzt neu gestartet: ${restarted.join(", ")}.`] : []),
			...(remaining.length
				? [`Noch in einer anderen Generation: ${remaining.join(", ")}; ${name} beenden und neu starten.`]
				: []),
		].join(" "),
	wentBack: (name, generation) =>
		`Ein früherer Befehl wurde abgebrochen, und nach dem Neustart jetzt antwortete ${name} nicht: Es gilt wieder Generation ${generation}.`,
	cleared: (name) => `Ein früherer Befehl wurde abgebrochen: Was er mit ${name} begonnen hatte, ist weggeräumt.`,
	settings: (settings) => `was neben den Dateien festgelegt ist: ${settings}`,
	same: (a, b) => `Die Generationen ${a} und ${b} haben dieselben Dateien.`,
};
