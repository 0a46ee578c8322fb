import type { watchEn } from "../en/watch.ts";
import type { Widen } from "../widen.ts";

/** Einen Käfig im Betrieb darauf beobachten, was ihm fehlt. */

export const watchDe: Widen<typeof watchEn> = {
	time: (seconds) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time) => `Beobachte ${time} lang, was im Käfig scheitert; Strg-C beendet das und behält, was gesehen wurde`,
	nothing: (name, time) => `${name}: ${time} lang beobachtet: Es wurde nichts verlangt, was dem Käfig fehlt.`,
	missed: (name, time, count) =>
		`${name}: ${time === undefined ? "beobachtet" : `${time} lang beobachtet`}: ${count === 1 ? "1 Pfad fehlte" : `${count} Pfade fehlten`}`,
	take: (command) => `Mit der nächsten Aktualisierung aufnehmen: ${command}`,
	takeQuestion: "Aufnehmen? [j/N]",
};
