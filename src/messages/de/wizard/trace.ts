import type { traceNoticesEn } from "../../en/wizard/trace.ts";
import type { WizardMessages } from "../../messages.ts";
import type { Widen } from "../../widen.ts";

export const traceDe: WizardMessages["trace"] = {
	starting: "{name} wird unter strace gestartet…",
	startingAttached: "Prozess {pid} wird gefasst…",
	waiting: "Sie läuft. Auf die erste Antwort wird gewartet…",
	answering: "Sie antwortet. Benutzen Sie sie jetzt, oder üben Sie (e); Enter, wenn es genug ist.",
	answeringNext: "Sie antwortet. Benutzen Sie sie jetzt, üben Sie das Nächste (x) oder Eigenes (e); Enter, wenn es genug ist.",
	quietFor: "Sie antwortet. Seit {seconds} Sekunden nichts Neues: Enter geht weiter, oder üben Sie mehr.",
	quietSince: "Sie antwortet. Seit der letzten Übung nichts Neues ({seconds} s): Enter geht weiter, oder üben Sie mehr.",
	finishing: "Genug: Auch neue Logdateien, Neuladen, Ende und zweiter Start werden beobachtet…",
	finishingAgain: "Genug: Auch Neuladen, Ende und zweiter Start werden beobachtet, dann folgt ein weiterer Lauf…",
	finishingAttached: "Genug: Die Beobachtung endet, die Anwendung läuft weiter…",
	done: "Die Beobachtung ist vollständig. Enter zeigt, was in den Käfig kommt.",
	doneRuns: "{runs} Läufe sind vollständig und ergänzen sich. Enter zeigt, was in den Käfig kommt.",
	failed: "Die Beobachtung ist nicht gelungen. r beginnt sie neu, Esc führt zurück zur Anwendung.",
	failedKept: "Dieser Lauf ist nicht gelungen. Was die früheren zeigten, bleibt; Enter geht damit weiter.",
	adding: "Lauf {run} ergänzt, was bekannt ist.",
	counts:
		"{paths:count} Pfade · {read:count} gelesen · {executed:count} ausgeführt · {written:count} geschrieben · {missing:count} gesucht, nicht da",
	probes: "Proben",
	exercises: "Übungen",
	gained: "+{count:count} {count|Pfad|Pfade}",
	gainedNothing: "nichts Neues",
	running: "läuft",
	sum: "{answered:count} von {all:count} Proben und Übungen beantwortet",
	output: "Ausgabe der Anwendung",
	noOutput: "(noch nichts)",
	signal: "Signal {signal}",
	tabs: { output: "Ausgabe", processes: "Prozesse", newest: "Neueste", reached: "Erreicht" },
	titles: {
		processes: "Prozesse: {living:count} {living|läuft|laufen}, {ended:count} beendet",
		newest: "Neueste Pfade",
		reached: "Erreicht, und was als Nächstes zu üben ist",
	},
	noProcesses: "(noch keine)",
	noPaths: "(noch keine)",
	measuring: "Es wird nachgesehen, was die Pakete der Anwendung enthalten…",
	threads: "{count:count} {count|weiterer Thread|weitere Threads}",
	account: "als {name}",
	exited: "beendet ({status})",
	killed: "beendet durch {signal}",
};

export const traceNoticesDe: Widen<typeof traceNoticesEn> = {
	"not-answered-yet": "Noch nicht: Erst muss die Anwendung ihre Proben beantworten.",
	"exercise-too-late": "Sie läuft nicht mehr. r startet einen weiteren Lauf, der diesen ergänzt.",
	"nothing-to-exercise": "Mehr zum Üben ist nicht bekannt; mit e tippen Sie eine eigene Zeile.",
	"exercise-no-command":
		"Dafür ist kein Befehl bekannt. Benutzen Sie die Anwendung so, dass sie es braucht, oder tippen Sie mit e eine Zeile.",
	"signal-by-itself": "Das kommt von selbst, sobald es genug ist.",
	"does-not-run": "{name} läuft jetzt nicht, zu beobachten ist nichts; Enter startet es in einer Sandbox.",
	"run-stopped": "Angehalten. Was die früheren Läufe zeigten, bleibt.",
};
