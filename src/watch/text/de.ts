import type { Widen } from "../../messages/widen.ts";
import type { alarmsEn, watchEn } from "./en.ts";

export const alarmsDe: Widen<typeof alarmsEn> = {
	severities: { high: "HOCH", medium: "mittel" },
	results: { refused: "verweigert", killed: "beendet", crashed: "abgestürzt", opened: "geöffnet", found: "gefunden" },
	call: ({ cage, call, pid, program, result, technique }) =>
		`${cage}: ${program}[${pid}] hat ${call} aufgerufen: ${result}${technique ? ` (${technique})` : ""}`,
	landlock: {
		"file-tree": "ein anderer Dateibaum",
		"foreign-device": "ein Gerät außerhalb von /dev",
		"foreign-file": "eine Datei außerhalb seiner Verzeichnisse",
		"foreign-memory": "ein anderer Prozess",
		"foreign-signal": "ein Signal an einen Prozess außerhalb",
		"foreign-socket": "ein abstrakter Socket eines Prozesses außerhalb",
		"other-port": "ein TCP-Port außerhalb des Plans",
	},
	unnamed: (cage, technique) => `${cage}: von Landlock verweigert: ${technique}`,
	crash: (cage, program, pid) => `${cage}: ${program}[${pid}] ist abgestürzt`,
	decoy: (cage, program, pid, path) =>
		`${cage}: ${program ? `${program}[${pid}]` : `der schon beendete Prozess ${pid}`} hat den Köder ${path} geöffnet`,
	drift: (cage, path, what) => `${cage}: ${path} ${what}`,
	advice: {
		nothing: "Keine Option erlaubt es: Dienst anhalten und untersuchen.",
		nothingUsual: "Keine Option erlaubt es: herausfinden, warum die Anwendung es versucht.",
		crash: "Ursache suchen: So kann ein misslungener Angriff aussehen.",
		drift: (cage) => `Die Abhilfe zeigt: cagewright check ${cage}`,
		unknown: (cage) => `Was es erlaubt, zeigt: cagewright explain ${cage}`,
	},
	repeated: (count) => `, ${count}-mal`,
	byAccount: "der Prozess war schon beendet; der Käfig wurde am Konto erkannt",
	label: "Alarme",
	recent: (lastDay, newest) => `${lastDay} in den letzten 24 Stunden. Neuester: ${newest}`,
	inList: (lastDay) => `${lastDay} ${lastDay === 1 ? "Alarm" : "Alarme"} in 24 Stunden`,
	watching: (names) =>
		names.length ? `Beobachte ${names.join(", ")}. Strg-C beendet.` : "Beobachte alle Käfige. Strg-C beendet.",
	reactions: {
		label: "Reaktion",
		because: (alarm) => `Der Alarm: ${alarm}.`,
		stopped: (name, signal) => `\`watch\` hat ${name} mit ${signal} gestoppt.`,
		ended: (name) => `\`watch\` wollte ${name} stoppen, aber davon lief nichts mehr.`,
		again: (command) => `Wieder starten: ${command}`,
		frozen: (name, processes) =>
			`\`watch\` hat ${name} angehalten (${processes} ${processes === 1 ? "Prozess" : "Prozesse"}). Fortsetzen: cagewright signal ${name} CONT.`,
		pending: (name, reaction) => `\`watch\` hat die Reaktion \`${reaction}\` für ${name} noch nicht abgeschlossen.`,
		failed: (name, reaction, problem) =>
			`Die Reaktion \`${reaction}\` für ${name} ist gescheitert und wird beim nächsten Alarm dieser Art wiederholt. ${problem}`,
		inList: {
			stopped: "nach einem Alarm gestoppt",
			frozen: "nach einem Alarm angehalten",
			pending: (reaction) => `${reaction} nach einem Alarm noch nicht fertig`,
			failed: (reaction) => `${reaction} nach einem Alarm gescheitert`,
		},
	},
	unit: {
		would: (path) => `Würde ${path} schreiben und starten.`,
		installed: (path) => `${path} geschrieben. Alarme stehen im Journal: journalctl CAGE=NAME`,
		wouldRemove: (path) => `Würde ${path} stoppen und entfernen.`,
		removed: (path) => `${path} gestoppt und entfernt.`,
		absent: "`watch` ist nicht als Dienst installiert.",
		packaged: {
			would: (path) => `Würde ${path} starten, jetzt und mit dem System.`,
			installed: (path) => `${path} gestartet, jetzt und mit dem System. Alarme stehen im Journal: journalctl CAGE=NAME`,
			wouldRemove: (path) => `Würde ${path} stoppen.`,
			removed: (path) => `${path} gestoppt; startet nicht mehr mit dem System.`,
		},
	},
};

export const watchDe: Widen<typeof watchEn> = {
	time: (seconds) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time) => `Der Käfig wird ${time} lang auf Fehler beobachtet. Strg-C beendet das vorzeitig und behält die Ergebnisse.`,
	nothing: (name, time) => `${name}: ${time} lang beobachtet: Nichts fehlt.`,
	missed: (name, time, count) =>
		`${name}: ${time === undefined ? "beobachtet" : `${time} lang beobachtet`}: ${count === 1 ? "1 Pfad fehlt" : `${count} Pfade fehlen`}`,
	take: (command) => `Um sie mit der nächsten Aktualisierung zu ergänzen: ${command}`,
	private: "privat",
	takePrivate: (command) =>
		`Die privaten darf nicht jedes Konto lesen, und eine kompromittierte Anwendung kann nach ihnen fragen. Ergänzen Sie eine nur, wenn die Anwendung sie braucht: ${command}`,
	left: (paths) => `Weggelassen, weil nicht jedes Konto sie lesen darf: ${paths}. Einzeln ergänzen: --include PFAD.`,
	takeQuestion: "Ergänzen? [j/N]",
};
