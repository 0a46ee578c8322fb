import type { upkeepHelpEn } from "./help.en.ts";

export const upkeepHelpDe: typeof upkeepHelpEn = {
	list: { about: "Die Käfige auf diesem System auflisten" },
	show: {
		about: "Die Dateien eines Käfigs zeigen, und warum sie darin sind",
		history: "das Protokoll des Käfigs zeigen",
		record: "den Nachweis der letzten Erprobung zeigen",
	},
	stale: {
		about: "Die Käfige nennen, deren Dateien älter als die des Hosts sind",
		mark: "das Ergebnis speichern, damit `list` diese Käfige als veraltet zeigt (für die Hooks der Paketverwaltung)",
	},
	update: {
		about: "Aus den jetzigen Dateien des Hosts neu bauen",
		details:
			"`update` erprobt das Ergebnis und wechselt dorthin, wenn es funktioniert. Die Daten der Anwendung bleiben, wie sie sind.",
		yes: "Ihre Änderungen im Käfig behalten, auch wenn sich die Konfiguration des Hosts geändert hat",
		configuration:
			"Fassung einer Konfigurationsdatei, die im Käfig bearbeitet wurde und sich auch auf dem Host geändert hat: die des Käfigs (keep) oder die des Hosts (host)",
		takeMissed: "Dateien aufnehmen, deren Fehlen `trace NAME --for` gezeigt hat",
		include: "Diese Dateien aufnehmen, deren Fehlen `trace NAME --for` gezeigt hat, obwohl nicht jedes Konto sie lesen darf",
		keepGenerations: "von nun an so viele alte Generationen behalten (Vorgabe: 2)",
		keepDays: "von nun an alte Generationen nach so vielen Tagen entfernen, außer der, zu der `rollback` zurückgeht",
	},
	rollback: {
		about: "Zur vorigen Generation zurückgehen",
		details: "Die Daten der Anwendung bleiben, wie sie sind.",
		to: "zu dieser Generation gehen",
	},
	diff: {
		about: "Zwei Generationen vergleichen",
		details: "A und B sind Nummern von Generationen. Vorgabe sind die letzten zwei.",
	},
	remove: {
		about: "Einen Käfig und alles entfernen, was für ihn angelegt wurde",
		keepData: "die Daten der Anwendung behalten",
		yes: "nicht fragen",
	},
};
