import type { WizardMessages } from "../messages.ts";

export const traceDe: WizardMessages["trace"] = {
	starting: "{name} wird unter strace gestartet…",
	waiting: "Sie läuft. Auf die erste Antwort wird gewartet…",
	answering: "Sie antwortet. Benutzen Sie sie jetzt, fügen Sie mit e Übungen hinzu; Enter, wenn es genug ist.",
	finishing: "Genug: Auch neue Logdateien, Neuladen, Ende und zweiter Start werden beobachtet…",
	done: "Die Beobachtung ist vollständig. Enter zeigt, was in den Käfig kommt.",
	failed: "Die Beobachtung ist nicht gelungen.",
	counts:
		"{paths:count} Pfade · {read:count} gelesen · {executed:count} ausgeführt · {written:count} geschrieben · {missing:count} gesucht, nicht da",
	probes: "Proben",
	exercises: "Übungen",
	output: "Ausgabe der Anwendung",
	noOutput: "(noch nichts)",
	newest: "Zuletzt: {path}",
	signal: "Signal {signal}",
};
