import type { WizardMessages } from "../messages.ts";

export const buildDe: WizardMessages["build"] = {
	title: "Noch ist nichts geschrieben. Das baut und erprobt Enter:",
	command: "Befehl",
	account: "Konto",
	contents: "Inhalt",
	contentsValue:
		"{files:count} {files|Datei|Dateien}, {bytes:bytes}; {links:count} {links|Verweis|Verweise}, {directories:count} Ordner",
	undecided: "Weggelassen",
	undecidedValue:
		"{count} ohne Ihr Ja: {count|ein Geheimnis, setuid-Programm oder Gerät|Geheimnisse, setuid-Programme oder Geräte}; 3 zeigt sie",
	devices: "Geräte",
	none: "keine",
	shared: "Geteilt",
	offer: "Angebot",
	writable: "Beschreibbar",
	seeded: "{bytes:bytes} einmal vom Wirt kopiert",
	startsEmpty: "beginnt leer",
	capability: "Capability",
	opening: "Öffnung",
	openings: {
		proc: "/proc, nur die eigenen Prozesse",
		unixSockets: "Unix-Sockets",
		syslog: "das Syslog des Wirts",
		memfd: "memfd_create",
		writableCode: "Speicher, der beschrieben und ausgeführt wird",
	},
	closed: "Öffnungen",
	closedValue: "keine: keine Capability, kein /proc",
	kept: "Konten",
	keptValue: "{users:count} Benutzer, {groups:count} {groups|Gruppe|Gruppen}",
	note: "Hinweis",
	copying: "Kopiert: {done:bytes} von {total:bytes}, {files:count} {files|Datei|Dateien}",
	preparing: "Der Bau wird vorbereitet…",
	starting: "Gebaut. Die Anwendung wird im Käfig gestartet…",
	changing: "Es wird neu geplant…",
};
