import type { WizardMessages } from "../../messages.ts";

export const formDe: WizardMessages["form"] = {
	title: "Was startet, als wer, und woran sieht man, dass es geht?",
	fields: {
		name: "Name",
		command: "Befehl",
		user: "Konto",
		probe: "Probe",
		exercise: "Übung",
		cwd: "Verzeichnis",
		env: "Variable",
		timeout: "Wartezeit",
		network: "Netz",
		onHost: "Auf dem Wirt",
	},
	hints: {
		name: "Der Name des Käfigs: Buchstaben, Ziffern, Punkt, Strich.",
		command: "Muss im Vordergrund bleiben. Wird so gestartet, wie er dasteht, ohne Shell.",
		user: "Konto oder Konto:Gruppe. Leer: root, nur mit den Capabilities, die nötig waren.",
		probe: "Shell-Zeile, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet hat. Strg-T versucht sie jetzt.",
		exercise: "Shell-Zeile, die beim Beobachten mehr von der Anwendung erreicht. Darf leer bleiben.",
		cwd: "Arbeitsverzeichnis der Anwendung.",
		env: "NAME=Wert, zusätzlich zur kleinen Umgebung des Starters. Darf leer bleiben.",
		timeout: "Sekunden bis zur ersten Antwort.",
		network: "Leertaste ändert es. Gilt für den fertigen Käfig; erprobt wird immer in einem eigenen Netz.",
		onHost: "Leertaste ändert es. ja: ohne Sandbox beobachtet; was sie schreibt und ändert, bleibt.",
	},
	another: "(noch eine)",
	empty: "(leer)",
	values: { host: "das des Wirts", none: "keines", yes: "ja", no: "nein, in einer Sandbox" },
	button: "Beobachtung starten",
	readyRunning:
		"Prozess {pid} wird beobachtet, wie er läuft: Er bekommt kein Signal und läuft weiter. Was er vorher tat, zeigt die Erprobung.",
	ready: "Start in einer Sandbox: Nichts davon bleibt, der Betrieb läuft weiter.",
	readyOnHost: "Vorsicht: Start auf dem echten System; was sie schreibt, bleibt.",
	problems: "{count} {count|Sache|Sachen} zu richten:",
	checking: "Wird geprüft…",
	tried: {
		trying: "gefragt wird, was auf dem Wirt läuft, und wo nichts antwortet, die Anwendung in einer Sandbox…",
		answered: {
			host: "Was jetzt auf diesem Wirt läuft, hat geantwortet",
			rehearsal: "In einer Sandbox gestartet, hat sie geantwortet",
		},
		silent: {
			host: "Auf diesem Wirt hat nichts geantwortet",
			rehearsal: "In einer Sandbox gestartet, hat sie nicht geantwortet",
		},
		status: "Status {status}",
		timedOut: "es dauerte zu lange",
		ended: "und war zu Ende mit Status {status}",
		printed: {
			host: "Die Probe auf dem Wirt schrieb",
			rehearsal: "Die Probe in der Sandbox schrieb",
			application: "Die Anwendung schrieb",
		},
	},
};
