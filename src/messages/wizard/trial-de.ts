import type { WizardMessages } from "../messages.ts";

export const trialDe: WizardMessages["trial"] = {
	running: "Runde {round}: Die Anwendung läuft im Käfig, unter jeder Schicht der Abschottung…",
	good: "Sie antwortet aus ihrem Käfig, und nichts fehlt. Enter sichert.",
	goodWithout:
		"Sie antwortet. {count} {count|Sache|Sachen}, die sie nicht brauchte, {count|blieb|blieben} draußen. Enter sichert.",
	goodButMore:
		"Sie antwortet, doch {count} {count|Sache würde|Sachen würden} noch helfen. Enter ergänzt und erprobt neu; c sichert so.",
	notYet: "Sie antwortet noch nicht. Enter ergänzt {count} {count|Abhilfe|Abhilfen} und erprobt neu.",
	stuck: "Sie antwortet nicht, und es gibt keine Abhilfe mehr vorzuschlagen.",
	stuckDeclined: "Auf Ihr Wort weggelassen: {paths}. Mit 3 zurück zu den Dateien, dort erlauben, wenn es hinein darf.",
	stuckOther: "Sehen Sie unten, was sie ausgab; ändern Sie Dateien (3) oder Befehl (Esc, dann 1) und erproben Sie neu (r).",
	round: "Runde {round}",
	roundAnswered: "beantwortet",
	roundFailed: "keine Antwort",
	roundMissing: "{count} fehlen",
	ended: "Sie hat sich mit Status {status} selbst beendet.",
	exercisesFailed: "Ging auf dem Wirt und im Käfig nicht: {names}",
	missing: "Ging auf dem Wirt und scheitert im Käfig:",
	noMissing: "Nichts, was auf dem Wirt ging, scheitert hier.",
	remedies: {
		path: "hinzufügen",
		writable: "{path} beschreibbar machen",
		capability: "CAP_{name} behalten",
		proc: "/proc öffnen",
		unixSockets: "Unix-Sockets erlauben",
		memfd: "memfd_create erlauben",
		writableCode: "Speicher erlauben, der beschrieben und ausgeführt wird",
		account: "{name} bekannt machen",
	},
	declined: "von Ihnen weggelassen",
	noRemedy: "keine Abhilfe",
	notNeeded: "nicht nötig",
};
