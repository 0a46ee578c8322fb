import { by } from "../base/collections.ts";
import type { Failure, Note } from "../base/failure.ts";
import { isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { isServed, type ListeningPort, lostPorts, portText } from "./listening-ports.ts";

const run = pathFromText("/run");

/** Something that a service offers and a client uses. `abstract`: a unix socket without a file (unix(7)). */
export type Offer =
	| { readonly kind: "socket"; readonly path: Path }
	| { readonly kind: "abstract"; readonly name: string }
	| { readonly kind: "port"; readonly address: string; readonly port: number }
	| { readonly kind: "file"; readonly path: Path }
	| { readonly kind: "pid-file"; readonly path: Path };

/** How a client depends on a service: `required`: a unit names it; `tool`: a program of the service's own packages. */
export const relations = ["connected", "opened", "configured", "required", "tool"] as const;
export type ClientRelation = (typeof relations)[number];

/** Somebody that a service serves, and by what. */
export interface Client {
	/** A unit, a program, a file of the configuration, or the address of another machine. */
	readonly name: string;
	readonly relation: ClientRelation;
	readonly offer?: Offer;
	/** Base name of its program, if `name` is a unit. */
	readonly program?: string;
	/** The package that owns a `configured` file or a `tool`. */
	readonly package?: string;
	/** Its processes that use the offer now. */
	readonly processes?: readonly ClientProcess[];
}

export interface ClientProcess {
	readonly pid: number;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	/** Inodes of its sockets that are connected to the offer. */
	readonly connections: readonly string[];
}

/** A path that clients of a service use, as the host shows it. `used`: another service's socket, where this one is a client itself. */
export interface OfferedPath {
	readonly path: Path;
	readonly kind: "socket" | "file" | "pid-file" | "used";
	/** Undefined if nothing of this kind is there. */
	readonly found?: { readonly uid: number; readonly gid: number; readonly mode: number };
	/** A file or a used socket: whether the service's processes see it at the path. A pid file: whether it names a process of the service. */
	readonly isOwn: boolean;
}

/** What one look at the host shows about a service's clients. */
export interface ObservedClients {
	readonly clients: readonly Client[];
	readonly paths: readonly OfferedPath[];
	/** Ports on which the service listens. */
	readonly ports: readonly ListeningPort[];
	/** Process ids of the service, because some name their sockets after them. */
	readonly own: readonly number[];
	/** The connections of unix sockets could not be read. */
	readonly isPartial: boolean;
}

export function offerText(offer: Offer): string {
	switch (offer.kind) {
		case "abstract":
			return `@${showPath(offer.name as Path)}`;
		case "port":
			return portText(offer);
		default:
			return showPath(offer.path);
	}
}

/** Tells one client's relation from another's, before and after a move: a restart changes its process ids. */
export function clientKey({ name, offer, processes, program, relation }: Client): string {
	return [relation, name, program ?? "", processes?.[0]?.uid ?? "", offer === undefined ? "" : offerText(offer)].join("\n");
}

/** `app.service (gunicorn)`, for sentences. */
export function clientText({ name, program }: Client): string {
	return program === undefined || program === name ? name : `${name} (${program})`;
}

/** Returns clients without repetitions, connected ones first, each with all of its processes. */
export function mergeClients(clients: readonly Client[]): Client[] {
	const merged = new Map<string, Client>();
	for (const client of clients) {
		const key = clientKey(client);
		const known = merged.get(key);
		const processes = new Map<number, ClientProcess>();
		for (const process of [...(known?.processes ?? []), ...(client.processes ?? [])]) {
			const connections = [...(processes.get(process.pid)?.connections ?? []), ...process.connections];
			processes.set(process.pid, { ...process, connections: [...new Set(connections)] });
		}
		merged.set(key, { ...(known ?? client), ...(processes.size ? { processes: [...processes.values()] } : {}) });
	}
	const order = ({ relation }: Client) => String(relations.indexOf(relation));
	return [...merged.values()].sort(by((client) => `${order(client)}${clientKey(client)}`));
}

/** A client that a move has cut off, as the code and values of a `Failure`. */
export type CutOff = Pick<Failure, "code" | "values">;

/** TCP ports as clients' connections and configuration name them. */
export function portOffers(ports: readonly ListeningPort[]): Offer[] {
	return ports.flatMap(({ address, port, transport }) => (transport === "tcp" ? { kind: "port", address, port } : []));
}

/**
 * Returns the clients whose paths, ports or units are not as before, and what the service offers no more although no client of it is
 * known. The list may still become shorter while the service starts.
 */
export function cutOffClients(before: ObservedClients, now: ObservedClients): CutOff[] {
	const found: CutOff[] = [];
	const runs = (unit: string) => now.clients.some(({ name, relation }) => relation === "required" && name === unit);
	for (const was of before.paths) {
		if (was.kind === "used") {
			const then = now.paths.find(({ path }) => path === was.path);
			const isHidden = was.isOwn && then?.found !== undefined && !then.isOwn;
			if (isHidden) found.push({ code: "adopt-used-hidden", values: { path: showPath(was.path) } });
			continue;
		}
		const problem = pathProblem(
			was,
			now.paths.find(({ path }) => path === was.path),
		);
		const user = before.clients.find(({ offer }) => offer !== undefined && "path" in offer && offer.path === was.path);
		if (problem === undefined || (user === undefined && !isLasting(was, before))) continue;
		const { code, values } = problem;
		const client = user && clientText(user);
		found.push(
			client === undefined && code !== "pid-file-differs"
				? { code: `adopt-${code}`, values }
				: { code: `client-${code}`, values: { ...values, client: client ?? "" } },
		);
	}
	for (const client of before.clients) {
		const { name, offer, relation } = client;
		if (relation === "required" && !runs(name)) found.push({ code: "client-down", values: { client: name } });
		if (offer?.kind !== "port" || isServed(offer, before.ports, now.ports)) continue;
		found.push({ code: "client-port-gone", values: { client: clientText(client), offer: offerText(offer) } });
	}
	for (const port of lostPorts(before.ports, now.ports))
		found.push({ code: "adopt-port-gone", values: { offer: portText(port) } });
	return found;
}

/** Paths of the sockets that the next start offers again. */
export function lastingSockets(served: ObservedClients): Path[] {
	return served.paths.flatMap((one) => (one.kind === "socket" && one.found && isLasting(one, served) ? one.path : []));
}

/** A socket, or a file below /run, counts even without a known client, unless each start gives it another name. */
function isLasting({ kind, path }: OfferedPath, { own }: ObservedClients): boolean {
	const isOffered = kind === "socket" || (kind === "file" && isWithin(path, run));
	return isOffered && !own.some((pid) => new RegExp(`(^|\\D)${pid}(\\D|$)`).test(path));
}

export function isAnyAddress(address: string): boolean {
	return address === "0.0.0.0" || address === "::";
}

type PathProblem = "path-gone" | "path-changed" | "file-differs" | "pid-file-differs";

function pathProblem(was: OfferedPath, now: OfferedPath | undefined): Note<PathProblem> | undefined {
	const path = showPath(was.path);
	if (was.found === undefined) return undefined;
	if (now?.found === undefined) return { code: "path-gone", values: { path } };
	const rights = ({ gid, mode, uid }: NonNullable<OfferedPath["found"]>) => `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
	const [before, after] = [rights(was.found), rights(now.found)];
	if (before !== after) return { code: "path-changed", values: { path, before, after } };
	if (was.isOwn && !now.isOwn && was.kind !== "socket")
		return { code: was.kind === "pid-file" ? "pid-file-differs" : "file-differs", values: { path } };
	return undefined;
}

/** Whether the client holds a connection in both looks. Others come and go. */
export function holdsConnection(client: Client, later: ObservedClients): boolean {
	const now = later.clients.find((one) => clientKey(one) === clientKey(client));
	const held = new Set(client.processes?.flatMap(({ connections }) => connections));
	return now?.processes?.some(({ connections }) => connections.some((inode) => held.has(inode))) ?? false;
}

/**
 * Puts services into the order in which they move: whoever is used moves before its user. `uses` lists the services that one uses.
 * Services that use each other keep the given order.
 */
export function orderByUse(services: readonly string[], uses: ReadonlyMap<string, readonly string[]>): string[] {
	const ordered: string[] = [];
	const entered = new Set<string>();
	const enter = (service: string) => {
		if (entered.has(service)) return;
		entered.add(service);
		for (const used of services) if (uses.get(service)?.includes(used)) enter(used);
		ordered.push(service);
	};
	for (const service of services) enter(service);
	return ordered;
}
