import type { RecordVerbMessages } from "../../en/record/verb.ts";

/** What `record` says beside the record itself, German. */
export const recordVerbDe: RecordVerbMessages = {
	written: (name, path) => `Der Nachweis für ${name} liegt in ${path}.`,
	checksum: (path) => `Seine Prüfsumme liegt in ${path} und im Protokoll des Käfigs.`,
	askInitiatedBy: "Wer hat das veranlasst (für den Nachweis; Enter lässt es offen)?",
	askImplementedBy: "Wer hat es umgesetzt?",
	verdicts: {
		"as-written": (file, name, at, generation) =>
			`${file} ist ein Nachweis für ${name}, wie er um ${at} geschrieben wurde, über Generation ${generation}.`,
		changed: (file, name, at) =>
			`${file} wurde verändert: Das Protokoll von ${name} kennt die Datei mit anderem Inhalt, geschrieben um ${at}.`,
		unlogged: (file, name) =>
			`${file} ist das, was die Prüfsumme daneben sagt, aber das Protokoll von ${name} weiß nichts davon; wer das eine verändert hat, kann auch das andere verändert haben.`,
		unknown: (file, name) =>
			`Nichts spricht für ${file}: Das Protokoll von ${name} kennt die Datei nicht. Dafür sind Nachweise mit --checksum zu schreiben.`,
	},
	sums: (then, now) => `SHA-256 damals: ${then}\nSHA-256 jetzt:  ${now}`,
	besideDiffers: (path) => `${path} sagt etwas anderes über sie.`,
	current: "Die Dateien des Käfigs sind noch dieselben.",
	notCurrent: (name) =>
		`Der Käfig hat seither andere Dateien; cagewright record ${name} schreibt den Nachweis, wie er jetzt ist.`,
};
