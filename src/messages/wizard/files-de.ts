import type { WizardMessages } from "../messages.ts";

export const filesDe: WizardMessages["files"] = {
	planning: "Es wird ermittelt, was der Käfig braucht…",
	tabs: {
		all: "Alle",
		attention: "[!]",
		files: "Dateien",
		links: "Verweise",
		directories: "Ordner",
		devices: "Geräte",
		generated: "Neu",
		state: "Zustand",
	},
	totals:
		"{files:count} {files|Datei|Dateien}, {bytes:bytes} · {links:count} {links|Verweis|Verweise} · {devices:count} {devices|Gerät|Geräte} · {leftOut:count} weggelassen",
	attention: "{count} [!] {count|wartet|warten} auf Sie",
	empty: "Nichts von dieser Art.",
	stateSeeded: "beschreibbar · {count} vom Wirt kopiert, {bytes:bytes}",
	stateEmpty: "beschreibbar · beginnt leer",
	device: "Gerät {type} {major}:{minor}",
	kinds: {
		file: "",
		directory: "Ordner",
		symlink: "Verweis",
		device: "Gerät",
		socket: "Socket",
		bind: "eingehängt",
		generated: "neu",
	},
	why: "Warum ist das hier?",
	whyMode: "Modus {mode}, Eigentümer {uid}:{gid}",
	fromPackage: "aus dem Paket {name} {version}",
	leftOut: "Es bleibt außerhalb des Käfigs.",
	goesIn: "Es kommt in den Käfig.",
};
