import type { User } from "../machine/facts.ts";
import { type Path, pathToText } from "../path/path.ts";
import { type Asker, asAccount, type Target, type Tools } from "../probe/lines.ts";
import { reachable, serverName } from "../probe/propose.ts";
import { protocolOf } from "../probe/recognise.ts";
import type { Client, ObservedClients, Offer } from "./clients.ts";

interface ClientProbeQuestion {
	readonly served: Pick<ObservedClients, "clients" | "paths">;
	readonly command: readonly string[];
	/** The service's own probes, which name its protocol if its program does not. */
	readonly probes: readonly string[];
	readonly tools: Tools;
	readonly users: readonly Pick<User, "name" | "uid">[];
}

/** A service with more sockets speaks other protocols on most of them. */
const mostSockets = 2;
const mostProposals = 8;

/**
 * Proposes shell lines that ask a service of a known protocol as each of its clients does: at the same place, with the same account.
 * Each proposal lists ways to ask, deepest first, because the server may refuse a deep one. Root asks at each socket, because a
 * service's tools do.
 */
export function proposeClientProbes({ command, probes, served, tools, users }: ClientProbeQuestion): (readonly string[])[] {
	const protocol = protocolOf(command, probes);
	if (protocol === undefined || protocol.transport === "udp") return [];
	const sockets = served.paths.filter(({ found, kind }) => kind === "socket" && found !== undefined);
	const root = { uid: 0, gid: 0, groups: [], name: "root" };
	const asked = new Map<string, readonly string[]>();
	const ask = (account: Asker, offer: Offer) => {
		const target = targetOf(offer, account);
		if (target === undefined || asked.size === mostProposals) return;
		const ways = protocol
			.queries(target, tools, serverName(command))
			// The last one asks for the most.
			.flatMap((query) => query.probes.slice(-1))
			.map((line) => asAccount(line, account));
		asked.set([account.uid, target.socket ?? `${target.host}:${target.port}`].join("\n"), ways);
	};
	const nameOf = (uid: number) => users.find((user) => user.uid === uid)?.name;
	if (sockets.length <= mostSockets) for (const { path } of sockets) ask(root, { kind: "socket", path });
	for (const { offer, processes = [] } of served.clients.filter(isConnected)) {
		for (const { gid, groups, uid } of processes) {
			const name = nameOf(uid);
			if (offer) ask({ uid, gid, groups, ...(name === undefined ? {} : { name }) }, offer);
		}
	}
	return [...asked.values()];
}

function isConnected({ offer, relation }: Client): boolean {
	return relation === "connected" && (offer?.kind === "socket" || offer?.kind === "port");
}

/** Undefined for a place that a shell line cannot name. */
function targetOf(offer: Offer, { name }: Asker): Target | undefined {
	const account = name === undefined ? {} : { account: name };
	if (offer.kind === "port") return { host: reachable(offer.address), port: offer.port, ...account };
	const socket = offer.kind === "socket" ? pathToText(offer.path as Path) : undefined;
	return socket?.startsWith("/") ? { host: "127.0.0.1", port: 0, socket, ...account } : undefined;
}
