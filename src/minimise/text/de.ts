import type { Widen } from "../../messages/widen.ts";

import type { PinKind } from "../pin-kinds.ts";
import type { minimiseEn } from "./en.ts";

export const minimiseDe: Widen<typeof minimiseEn> = {
	progress: ({ bytes, estimated, left, open, out, trials }) =>
		`Erprobung ${trials} von etwa ${estimated}: ${files(out)} (${bytes}) unnötig, ${open} offen${left === undefined ? "" : `, noch etwa ${left}`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Lässt Dateien weg und erprobt den Rest, ${many(jobs, "Erprobung", "Erprobungen")} gleichzeitig. Strg-C beendet das vorzeitig und behält die Ergebnisse.`,
	stopping: "Wird nach einer weiteren Erprobung der bisherigen Ergebnisse beendet. Noch einmal Strg-C bricht sofort ab.",
	would: (name, open, of, trials) =>
		`Würde versuchen, ${open.files} der ${files(of)} in ${name} (${open.bytes}) wegzulassen, in etwa ${many(trials, "Erprobung", "Erprobungen")} oder mehr. Nichts wurde erprobt oder geändert.`,
	tried: "Wird erprobt",
	stays: "Bleibt immer erhalten",
	found: (name, out, whole) => `${name} braucht ${out.files} von ${whole.files} Dateien nicht (${out.bytes} von ${whole.bytes}).`,
	nothing: (name: string, of: number) =>
		`${name} braucht alle ${files(of)}, oder sie sollen erhalten bleiben. Nichts wurde geändert.`,
	nothingYet: (name: string, of: number) =>
		`Die Suche endete, bevor eine der ${files(of)} in ${name} als unnötig erwiesen war. Nichts wurde geändert.`,
	how: (trials: number, seconds: number) =>
		`Gefunden in ${many(trials, "Erprobung", "Erprobungen")}, ${String(seconds).replace(".", ",")} s.`,
	stopped: "Die Suche endete, bevor jede Datei entschieden war. Ein weiterer Lauf setzt hier fort.",
	byGroup: "Weggelassen, nach Art",
	byPackage: "Weggelassen, nach Paket",
	noPackage: "ohne Paket",
	kept: "Behalten",
	needed: "von einer Probe oder Übung benötigt",
	pins: {
		program: "das Programm",
		needed: "Bibliotheken, Lader und Erweiterungen verbleibender Dateien",
		accounts: "Konten des Käfigs",
		rule: "mit einer Option verlangt",
		edited: "im Käfig bearbeitet",
		kept: "--keep, --keep-kind",
		interpreter: "Bibliothek eines Interpreters, die erst bei Bedarf geladen wird",
		"time-zone": "die Ortszeit",
		locale: "die Sprache der Anwendung",
		"name-service": "Namensauflösung",
		tls: "Zertifikate und ihre Regeln, weil der Käfig einen privaten Schlüssel enthält",
		configuration: "Konfiguration, die zu keinem Paket gehört",
	} satisfies Record<PinKind, string>,
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Das ist nur für ${[many(probes, "Probe", "Proben"), many(exercises, "Übung", "Übungen"), ...signals].join(", ")} und drei Starts erwiesen. Andere Funktionen können die weggelassenen Dateien brauchen.`,
	noExercise:
		"Nur die Probe beweist das. Ergänzen Sie --exercise BEFEHL für alles Weitere, was der Dienst können muss, bevor Sie sich darauf verlassen.",
	uncounted: (lines: string) => `Nicht gezählt, weil es schon im vollständigen Käfig scheitert: ${lines}`,
	configuration: (paths: string) =>
		`Die Einstellungen in diesen Dateien gelten nicht mehr: ${paths}. Um solche Dateien zu behalten: --keep-kind configuration`,
	question: (name: string) => `${name} ohne diese Dateien bauen? Die aktuelle Generation bleibt erhalten. [j/N]`,
	leftAsIs: "Nichts wurde geändert.",
	made: ({ before, bytes, count, generation, name, rollback }) =>
		`Generation ${generation} von ${name} hat ${files(count)} (${bytes}) und antwortet. Um zu ${before} zurückzukehren: ${rollback}`,
	explain: (explain: string, trial: string) =>
		`Um zu sehen, warum ein Pfad weggelassen wurde: ${explain} PFAD. Um ihn wieder aufzunehmen: ${trial} --include PFAD --yes`,
};

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

export const files = (count: number) => many(count, "Datei", "Dateien");
