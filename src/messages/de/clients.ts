import type { clientsEn } from "../en/clients.ts";
import type { Widen } from "../widen.ts";

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
