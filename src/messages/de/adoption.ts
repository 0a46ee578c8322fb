import type { adoptionEn } from "../en/adoption.ts";
import type { Widen } from "../widen.ts";

/** What `adopt` and `release` say, German. */
export const adoptionDe: Widen<typeof adoptionEn> = {
	stopping: (service) => `${service} wird angehalten…`,
	started: (service) => `${service} ist wieder gestartet`,
	willAdopt: (service, name) => `${service} zieht in den Käfig ${name}:`,
	willRelease: (service, name) => `${service} zieht aus dem Käfig ${name} aus:`,
	stop: "1. Anhalten",
	copy: (places) =>
		places.length
			? `2. Den Zustand in den Käfig kopieren, anstelle dessen, was dieser hat; der Rechner behält seinen eigenen:\n${list(places)}`
			: "2. Nichts kopieren: der Dienst hat keinen Zustand",
	giveBack: (places) =>
		places.length
			? `2. Zurückgeben, was im Käfig geändert wurde:\n${list(places)}`
			: "2. Nichts zurückgeben: im Käfig wurde nichts geändert",
	dropin: (path) => `3. ${path} schreiben`,
	removeDropin: (path) => `3. ${path} wegnehmen`,
	start: (probes) => `4. Starten und fragen, bis er antwortet:\n${list(probes)}`,
	orElse: "Schlägt etwas fehl, läuft er wieder wie jetzt.",
	adoptQuestion: (service) => `${service} in den Käfig bringen? [j/N]`,
	releaseQuestion: (service) => `${service} aus dem Käfig holen? [j/N]`,
	stays: (service) => `${service} bleibt, wie er ist.`,
	adopted: (service, name, seconds) =>
		`${service} läuft im Käfig ${name}. Er war ${seconds} s lang weg.\nZurück: cagewright release ${service}`,
	released: (service, seconds) => `${service} läuft wieder auf dem Rechner selbst. Er war ${seconds} s lang weg.`,
	repaired: (service, name, where, kept) =>
		where === "cage"
			? `Ein früherer Befehl wurde abgebrochen: ${service} läuft in seinem Käfig ${name}.`
			: `Ein früherer Befehl wurde abgebrochen: ${service} läuft auf dem Rechner selbst, wie zuvor.${kept ? ` Was er im Käfig ${name} schrieb, ist in ${kept} aufgehoben.` : ""}`,
	by: (service, since) => `${service}, seit ${since}`,
	label: "Übernommen",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}
