import type { PinKind } from "../../core/minimise/needs.ts";
import type { minimiseEn } from "../en/minimise.ts";
import type { Widen } from "../widen.ts";

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "Datei", "Dateien");

/** Was `minimise` sagt, deutsch. Bytes kommen als Text. */
export const minimiseDe: Widen<typeof minimiseEn> = {
	progress: (trials: number, estimated: number, out: number, bytes: string, open: number, left: string | undefined) =>
		`Versuch ${trials} von etwa ${estimated}: ${files(out)} (${bytes}) entbehrlich, ${open} noch offen${left === undefined ? "" : `, noch etwa ${left}`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Lässt Dateien weg und erprobt den Rest, ${many(jobs, "Versuch", "Versuche")} auf einmal; Strg-C beendet das mit dem, was gefunden ist.`,
	stopping: "Wird beendet: was bis hierher gefunden ist, wird noch einmal erprobt. Noch einmal Strg-C bricht sofort ab.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Würde versuchen, ${open} der ${files(of)} in ${name} (${bytes}) wegzulassen, in etwa ${many(trials, "Versuch", "Versuchen")} oder mehr. Nichts wurde versucht und nichts geändert.`,
	tried: "Wird versucht",
	stays: "Bleibt auf jeden Fall",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} braucht ${out} von ${of} Dateien nicht (${bytes} von ${ofBytes}).`,
	nothing: (name: string, of: number) => `${name} braucht alle ${files(of)}, oder sie sollen bleiben. Nichts wurde geändert.`,
	nothingYet: (name: string, of: number) =>
		`Von ${of} Dateien in ${name} war noch keine als unnötig erwiesen. Nichts wurde geändert.`,
	how: (trials: number, seconds: number) =>
		`Gefunden in ${many(trials, "Versuch", "Versuchen")}, ${String(seconds).replace(".", ",")} s.`,
	stopped: "Beendet, bevor jede Datei entschieden war: ein weiterer Lauf macht hier weiter.",
	byGroup: "Weggelassen, nach Art",
	byPackage: "Weggelassen, nach Paket",
	noPackage: "aus keinem Paket",
	kept: "Behalten",
	needed: "von dem gebraucht, was verlangt wurde",
	pins: {
		program: "das Programm",
		needed: "Bibliotheken, Lader und Erweiterungen dessen, was bleibt",
		accounts: "Konten des Käfigs",
		rule: "von Ihnen verlangt",
		edited: "im Käfig bearbeitet",
		kept: "--keep, --keep-kind",
		interpreter: "Bibliothek eines Interpreters, die erst bei Bedarf geladen wird",
		"time-zone": "die Ortszeit",
		locale: "die Sprache, in der es spricht",
		"name-service": "wie Namen aufgelöst werden",
		tls: "Zertifikate und ihre Regeln, weil ein privater Schlüssel da ist",
		configuration: "Konfiguration, die kein Paket mitbrachte",
	} satisfies Record<PinKind, string>,
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Erwiesen durch ${many(probes, "Probe", "Proben")}, ${many(exercises, "Übung", "Übungen")}${signals.length ? `, ${signals.join(" und ")}` : ""} und drei Starts, durch nichts sonst: was sie nicht erreichen, kann das Weggelassene brauchen.`,
	noExercise:
		"Nur die Probe spricht dafür. Geben Sie mit --exercise BEFEHL an, was der Dienst sonst noch können muss, ehe Sie sich darauf verlassen.",
	uncounted: (lines: string) => `Nicht gezählt, weil es im Käfig, wie er ist, scheitert: ${lines}`,
	configuration: (paths: string) =>
		`Was hier eingestellt ist, gilt nicht mehr: ${paths}. Um solche Dateien zu behalten: --keep-kind configuration`,
	question: (name: string) => `${name} ohne sie bauen? Die jetzige Generation bleibt erhalten. [j/N]`,
	leftAsIs: "Nichts wurde geändert.",
	made: (name: string, generation: number, count: number, bytes: string, before: number) =>
		`Generation ${generation} von ${name} hat ${files(count)} (${bytes}) und antwortet; zurück zu ${before}: cagewright rollback ${name}`,
	explain: (name: string) =>
		`Warum ein Pfad fehlt: cagewright explain ${name} PFAD. Um ihn wieder zu haben: beim nächsten make --include PFAD.`,
};
