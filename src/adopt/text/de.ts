import type { Widen } from "../../messages/widen.ts";

import type { adoptionEn, clientsEn } from "./en.ts";

export const clientsDe: Widen<typeof clientsEn> = {
	heading: "Wer jetzt bedient wird und es auch nach dem Umzug werden muss:",
	none: "Niemand ist verbunden, und keine Konfiguration nennt den Dienst.",
	tools: (names) => `Programme seiner eigenen Pakete: ${names}`,
	more: (count) => `${count} weitere (--json nennt alle)`,
	relations: {
		connected: (client, offer) => `${client}, verbunden mit ${offer}`,
		opened: (client, offer) => `${client}, hat ${offer} geöffnet`,
		configured: (client, offer) => `${client} nennt ${offer}`,
		required: (client) => `${client}, benötigt oder wünscht ihn`,
		tool: (client) => client,
	},
	probe: (line) => `Client-Probe: ${line}`,
	order: (services) => `Die Dienste ziehen in dieser Reihenfolge um: ${services}`,
	releaseOrder: (services) => `Die Dienste kehren in dieser Reihenfolge zurück: ${services}`,
	withoutCage: (service, command) => `Für ${service} entstünde zuerst ein Käfig. Um seinen Plan zu sehen: ${command}`,
	together: "Scheitert einer, kehren alle zurück.",
	adoptQuestion: "Alle in ihre Käfige übernehmen? [j/N]",
	releaseQuestion: "Alle an den Host zurückgeben? [j/N]",
};

export const adoptionDe: Widen<typeof adoptionEn> = {
	stopping: (service) => `${service} wird angehalten…`,
	started: (service) => `${service} wurde wieder gestartet`,
	willAdopt: (service, name) => `${service} wird so in den Käfig ${name} übernommen:`,
	willRelease: (service, name) => `${service} wird so aus dem Käfig ${name} zurückgegeben:`,
	wouldAdopt: (service, name, isInPlace) =>
		`6. ${service} anhalten, ${isInPlace ? "den Zustand an seinem Ort lassen" : "den Zustand in den Käfig kopieren"} und den Dienst im Käfig ${name} starten; antwortet er dort nicht, alles zurücknehmen`,
	stop: "1. Den Dienst anhalten",
	state: (inPlace, copied) => {
		if (!inPlace.length) {
			return copied.length
				? `2. Den Zustand des Käfigs durch eine Kopie des Zustands auf dem Host ersetzen; dieser bleibt unverändert:\n${list(copied)}`
				: "2. Nichts kopieren: Der Dienst hat keinen Zustand";
		}
		const others = copied.length ? `\n   Diese Verzeichnisse in den Käfig kopieren:\n${list(copied)}` : "";
		return `2. Den Zustand an seinem Ort lassen und in den Käfig einhängen:\n${list(inPlace)}${others}`;
	},
	giveBack: (places, inPlace) =>
		places.length
			? `2. Die Änderungen aus dem Käfig auf den Host kopieren:\n${list(places)}`
			: inPlace.length
				? `2. Nichts kopieren: Der Zustand ist an seinem Ort auf dem Host:\n${list(inPlace)}`
				: "2. Nichts kopieren: Im Käfig wurde nichts geändert",
	dropin: (path) => `3. ${path} schreiben`,
	removeDropin: (path) => `3. ${path} entfernen`,
	start: (probes) => `4. Den Dienst starten und warten, bis er antwortet:\n${list(probes)}`,
	orElse: "Scheitert ein Schritt, nimmt Cagewright alle zurück.",
	adoptQuestion: (service) => `${service} in den Käfig übernehmen? [j/N]`,
	releaseQuestion: (service) => `${service} aus dem Käfig zurückgeben? [j/N]`,
	stays: (service) => `${service} wurde nicht geändert.`,
	adopted: (service, name, seconds, release) =>
		`${service} läuft im Käfig ${name}. Der Dienst war ${seconds} s lang unterbrochen.\nUm ihn zurückzugeben: ${release}`,
	released: (service, seconds, saved) =>
		`${service} läuft wieder auf dem Host. Der Dienst war ${seconds} s lang unterbrochen.${saved ? `\nDer Käfig hat wieder seine früheren Daten. Eine Kopie der zwischenzeitlichen ist in ${saved}.` : ""}`,
	repaired: (service, name, where, saved) =>
		where === "cage"
			? `Ein früherer Befehl wurde unterbrochen. ${service} läuft in seinem Käfig ${name}.${saved ? ` Daten, die der Dienst auf dem Host schrieb, sind in ${saved} gesichert.` : ""}`
			: `Ein früherer Befehl wurde unterbrochen. ${service} läuft wie zuvor auf dem Host.${saved ? ` Daten, die der Dienst im Käfig ${name} schrieb, sind in ${saved} gesichert.` : ""}`,
	by: (service, since) => `${service}, seit ${since}`,
	label: "Übernommener Dienst",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}
