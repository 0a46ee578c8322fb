import { omitUndefined } from "../../base/collections.ts";
import { pathToJson } from "../../base/path/path.ts";
import type { Messages } from "../../messages/messages.ts";
import { showProbe } from "../../probe/lines.ts";
import { type Client, clientText, type ObservedClients, offerText } from "../clients.ts";

/** Lines of a preview; `--json` has all. */
const mostLines = 20;

/** Who is served, one a line. Tools of the service's own packages share a line. */
export function clientsText({ cli }: Messages, clients: readonly Client[], probes: readonly string[]): string {
	const words = cli.clients;
	const tools = clients.filter(({ relation }) => relation === "tool");
	const lines = clients
		.filter(({ relation }) => relation !== "tool")
		.map((client) =>
			words.relations[client.relation](clientText(client), client.offer === undefined ? "" : offerText(client.offer)),
		);
	const shown = lines.length > mostLines + 1 ? [...lines.slice(0, mostLines), words.more(lines.length - mostLines)] : lines;
	const all = [
		...shown,
		...(tools.length ? [words.tools(tools.map(({ name }) => name).join(", "))] : []),
		...probes.map((line) => words.probe(showProbe(line))),
	];
	return all.length ? [words.heading, ...all.map((line) => `   ${line}`)].join("\n") : words.none;
}

/** Clients in JSON. Nothing of a connection's content or of a file's content is in it. */
export function clientsJson(clients: ObservedClients["clients"]) {
	return clients.map(({ name, offer, package: owner, processes, program, relation }) => ({
		name,
		relation,
		...omitUndefined({ program, package: owner }),
		...(offer === undefined ? {} : { offer: "path" in offer ? { ...offer, path: pathToJson(offer.path) } : offer }),
		...(processes === undefined ? {} : { processes: processes.map(({ pid, uid }) => ({ pid, uid })) }),
	}));
}
