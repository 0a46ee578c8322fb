import type { removeEn } from "../en/remove.ts";
import type { Widen } from "../widen.ts";

/** Was `remove` sagt, deutsch. */
export const removeDe: Widen<typeof removeEn> = {
	will: (name) => `Das Entfernen von ${name} löscht:`,
	keeps: "Es behält:",
	item: (path, size) => `  ${path} (${size})`,
	generations: (path, count, size) => `  ${path} (${count === 1 ? "1 Generation" : `${count} Generationen`}, ${size})`,
	data: (path, size) => `  ${path} (die Daten der Anwendung, ${size})`,
	unit: (path) => `  ${path} (seine Unit; sie startet nicht mehr mit dem System)`,
	dropin: (path, service) => `  ${path} (${service} startet dann auf dem Rechner selbst)`,
	hook: (path) => `  ${path}`,
	account: (account) => `  das Konto ${account} dieses Rechners, das dafür angelegt wurde`,
	mentions: (path) => `${path} ist nicht von diesem Programm, nennt aber den Käfig: Kümmern Sie sich selbst darum.`,
	question: (name) => `${name} entfernen? [j/N]`,
	done: (name) => `${name} entfernt.`,
	accountKept: (account, pid) =>
		`Das Konto ${account} bleibt, weil Prozess ${pid} darunter läuft; beenden Sie ihn und rufen Sie auf: userdel ${account}`,
	kept: (name) => `${name} bleibt.`,
	finished: (name) => `Ein früherer Befehl wurde abgebrochen, als er ${name} entfernte: Nun ist der Käfig entfernt.`,
};
