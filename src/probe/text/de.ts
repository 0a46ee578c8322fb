import type { probeFailuresEn } from "./en.ts";

export const probeFailuresDe: Record<keyof typeof probeFailuresEn, string> = {
	"line-unreadable": "Die Shell kann diese Zeile nicht lesen. Berichtigen Sie sie: {detail}",
	"line-program-missing":
		"{program} ist auf diesem System nicht installiert. Installieren Sie das Paket{package? %}, oder verwenden Sie in dieser Zeile ein anderes Programm.",
	"probe-guess-failed":
		"Für {command} ist keine Probe bekannt, und die aus dem Port abgeleitete scheitert: {probe} {words} Geben Sie eine Shell-Zeile an, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet (--probe).",
	"probe-refused":
		"Der laufende Dienst beantwortet keine Probe, die für {command} bekannt ist: {probe} {words} Geben Sie eine Shell-Zeile an, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet (--probe).",
	"no-probe":
		"Für {command} ist keine Probe bekannt. Geben Sie eine Shell-Zeile an, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet (--probe).",
	"probe-answered-by-another":
		"Ein anderer Prozess auf diesem Host beantwortet die Probe bereits: {probe}. Beenden Sie ihn, oder beobachten Sie ohne --on-host in einer Sandbox.",
	"probe-proves-nothing":
		"Die Probe gelingt auch, wenn die Anwendung nicht läuft, und beweist deshalb nichts: {probe}. Schreiben Sie eine Probe, die der Anwendung eine Anfrage sendet.",
	"probe-unreadable": "Die Shell kann die Probe nicht lesen. Berichtigen Sie --probe: {detail}",
	"exercise-unreadable": "Die Shell kann die Übung nicht lesen. Berichtigen Sie --exercise: {detail}",
	"probe-program-missing":
		"Die Probe braucht {program}; das ist nicht installiert{package? (Paket %)}. Installieren Sie es, oder geben Sie eine andere Probe an: --probe 'BEFEHL'.",
	"exercise-fails-in-cage":
		"{name} antwortet in seinem Käfig, aber eine Übung scheitert dort, die bei der Beobachtung gelang: {probe} {words?Ausgabe: %} {missing?· Es fehlt: %} · `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"exercise-program-missing":
		"Die Übung braucht {program}; das ist nicht installiert{package? (Paket %)}. Installieren Sie es, oder geben Sie eine andere Übung an: --exercise 'BEFEHL'.",
	"probe-cannot-run":
		"Die Probe endete mit Status {status}, Warten ist also zwecklos: {words}. Installieren oder berichtigen Sie, was sie aufruft, oder geben Sie eine andere Probe an: --probe 'BEFEHL'.",
};
