import type { Widen } from "../../messages/widen.ts";
import type { removeEn, staleEn, updateEn } from "./en.ts";

export const removeDe: Widen<typeof removeEn> = {
	will: (name) => `Mit ${name} wird gelöscht:`,
	keeps: "Erhalten bleiben:",
	item: (path, size) => `  ${path} (${size})`,
	generations: (path, count, size) => `  ${path} (${count === 1 ? "1 Generation" : `${count} Generationen`}, ${size})`,
	data: (path, size) => `  ${path} (die Daten der Anwendung, ${size})`,
	unit: (path) => `  ${path} (seine Unit; der Käfig startet nicht mehr mit dem System)`,
	dropin: (path, service) => `  ${path} (${service} startet dann auf dem Host)`,
	hook: (path) => `  ${path}`,
	account: (account) => `  das Konto ${account} dieses Systems, das für den Käfig angelegt wurde`,
	mentions: (path) => `${path} nennt diesen Käfig, stammt aber nicht von Cagewright. Ändern oder entfernen Sie es selbst.`,
	question: (name) => `${name} entfernen? [j/N]`,
	done: (name) => `${name} entfernt.`,
	accountKept: (account, pid) =>
		`Das Konto ${account} wurde nicht entfernt, weil Prozess ${pid} es benutzt. Beenden Sie den Prozess, und führen Sie aus: userdel ${account}`,
	kept: (name) => `${name} wurde nicht entfernt.`,
	finished: (name) =>
		`Ein früherer Befehl wurde unterbrochen, während er ${name} entfernte. Das Entfernen ist jetzt abgeschlossen.`,
};

export const updateDe: Widen<typeof updateEn> = {
	unchanged: (name, generation) =>
		`${name} ist aktuell: Generation ${generation} hat die Dateien des Hosts. Nichts wurde gebaut.`,
	would: (name, generation) =>
		`Würde ${name} von Generation ${generation} aktualisieren: die nächste Generation bauen, erproben und zu ihr wechseln, wenn sie antwortet. Nichts wurde geändert.`,
	editGoesOn: (path) => `${path} wurde im Käfig bearbeitet; die Aktualisierung behält die Änderung`,
	conflict: (path, name) =>
		`${path} wurde im Käfig bearbeitet und hat sich auch auf dem Host geändert. Wählen Sie eine Fassung mit --configuration keep oder host. Um die des Käfigs zu sehen: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name, paths) => `Im Käfig ${name} bearbeitet und auch auf dem Host geändert: ${paths}`,
	keepQuestion:
		"Die Fassung des Käfigs behalten? Sonst verwendet die Aktualisierung die des Hosts und sichert die des Käfigs. [j/N]",
	updated: (name, { files, from, to }, rollback) =>
		`${name} wurde aktualisiert und antwortet. Aktuell ist Generation ${to} (${files} Dateien). Um zu ${from} zurückzukehren: ${rollback}`,
	renewed: (units) => `Für spätere Starts mit den Programmen dieser Version erneuert: ${units}.`,
	restarted: (services, seconds) => `Neu gestartet: ${services}, ${seconds} s unterbrochen.`,
	remaining: (name, pids) =>
		`Diese Prozesse laufen noch in einer anderen Generation: ${pids}. Um die aktuelle zu verwenden, beenden und starten Sie ${name}.`,
	summary: (done, failed) => `${done} aktuell, ${failed} gescheitert`,
	wouldRollBack: (name, from, to) =>
		`Würde ${name} von Generation ${from} auf ${to} umstellen und neu starten, falls die Anwendung läuft. Die Daten blieben unverändert.`,
	rolledBack: (name, from, to) => `${name} ist wieder bei Generation ${to} (vorher ${from}). Die Daten blieben unverändert.`,
	switched: (name, generation, restarted, remaining) =>
		[
			`Ein früherer Befehl wurde unterbrochen. Aktuell ist Generation ${generation} von ${name}.`,
			...(restarted.length ? [`Neu gestartet: ${restarted.join(", ")}.`] : []),
			...(remaining.length
				? [`Prozesse in einer anderen Generation: ${remaining.join(", ")}. Beenden und starten Sie ${name}.`]
				: []),
		].join(" "),
	wentBack: (name, generation) =>
		`Ein früherer Befehl wurde unterbrochen. ${name} antwortete nach dem Neustart nicht; aktuell ist wieder Generation ${generation}.`,
	cleared: (name) => `Ein früherer Befehl wurde unterbrochen. Seine unfertige Arbeit an ${name} wurde entfernt.`,
	settings: (settings) => `Einstellungen: ${settings}`,
	same: (a, b) => `Die Generationen ${a} und ${b} enthalten dieselben Dateien.`,
};

export const staleDe: Widen<typeof staleEn> = {
	none: "Kein Käfig ist veraltet.",
	one: (name, packages, security) =>
		`cagewright: Käfig ${name} enthält noch ältere Dateien${packages ? ` von ${packages}` : ""}${security ? " (Sicherheitsaktualisierung)" : ""}; aktualisieren: cagewright update ${name}`,
};
