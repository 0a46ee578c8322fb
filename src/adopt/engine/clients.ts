import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { type Files, type PackageContents, walkBelow } from "../../base/machine/facts.ts";
import { baseName, isWithin, join, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { isCommand, isSystemDirectory } from "../../plan/areas.ts";
import { processFile } from "../../plan/offered-sockets.ts";
import type { HostService } from "../../unit/ports.ts";
import {
	type Client,
	type CutOff,
	clientKey,
	clientText,
	cutOffClients,
	holdsConnection,
	lastingSockets,
	mergeClients,
	type ObservedClients,
	offerText,
	portOffers,
} from "../clients.ts";
import { portText } from "../listening-ports.ts";
import type { ConnectResult } from "../ports.ts";

/** Milliseconds that clients get to connect again after a move, and between two looks at them. */
const returnTime = 5000;
const pause = 250;
/** Looks that a slow machine must finish in any case. */
const leastLooks = 4;
/** Connections of one client that ended soon after the move: the service refuses it. */
const mostRefusals = 2;

/** A service as its clients see it before a move. */
export interface ServedBefore {
	readonly service: string;
	readonly places: readonly Path[];
	/** All of its clients, also those that have no connection. */
	readonly served: ObservedClients;
	/** Clients that keep their connections, by `clientKey`. */
	readonly holding: ReadonlySet<string>;
	/** What a connection of the same account met, by `clientKey`. */
	readonly connected: ReadonlyMap<string, ConnectResult>;
	/** Sockets that answered a connection of root. */
	readonly answering: readonly Path[];
	/** Files of its state with its process number, which the package's tools read. */
	readonly pidFiles: readonly HiddenPidFile[];
	/** What it read below /proc/net and a cage does not show. */
	readonly hiddenTables?: readonly Path[];
}

interface ServiceToObserve {
	readonly host: HostService;
	readonly program: string;
	readonly places: readonly Path[];
	/** Its files are the service's own configuration. */
	readonly manifest?: Manifest;
	/** What `tracedPorts` returns. */
	readonly traced?: ReadonlySet<string>;
}

/** Finds everybody that a running service serves. Changes nothing, and takes one to two seconds. */
export async function observeClients(context: Context, observed: ServiceToObserve): Promise<ServedBefore> {
	const { machine, signal } = context;
	const { host, places, traced } = observed;
	const service = host.name;
	const first = await machine.clients.look(service, places, runtimeFiles(context, observed), traced);
	const connected = await connectAll(context, first.clients);
	await machine.sleep(pause, signal);
	const second = await machine.clients.look(service, places, first.paths, traced);
	if (second.isPartial) context.emit({ event: "warned", code: "clients-partial", values: {} });
	const holding = new Set(first.clients.filter((client) => holdsConnection(client, second)).map(clientKey));
	// The unit's package: that of the program may belong to an interpreter.
	const packages = await machine.packages.related(pathFromText(host.files[0] ?? observed.program));
	const named = await namedClients(context, observed, { served: second, packages });
	const clients = mergeClients([...first.clients, ...second.clients, ...named]);
	const answering = await answeringSockets(context, lastingSockets(second));
	const tools = packages.flatMap(({ files }) => files.filter((path) => isCommand(path) && path !== observed.program));
	const pidFiles = hiddenPidFiles(machine.files, { places, tools, own: second.own });
	const served = { ...second, clients, ports: offeredTwice(second.ports, first.ports) };
	return { service, places, served, holding, connected, answering, pidFiles };
}

/** A port that one look alone shows may belong to a query or a transfer. */
function offeredTwice(ports: ObservedClients["ports"], earlier: ObservedClients["ports"]): ObservedClients["ports"] {
	const lasting = new Set(earlier.map(portText));
	return ports.map((port) => ({ ...port, isOffered: port.isOffered && lasting.has(portText(port)) }));
}

/** More sockets than this are not for clients. */
const mostSockets = 16;

/** The sockets on which somebody accepts a connection of root. */
async function answeringSockets({ machine }: Context, paths: readonly Path[]): Promise<Path[]> {
	const sockets = paths.slice(0, mostSockets);
	const root = { pid: 1, uid: 0, gid: 0, groups: [], connections: [] };
	const results = await Promise.all(sockets.map((path) => machine.clients.connect(root, { kind: "socket", path })));
	return sockets.flatMap((path, index) => (["open", "closed"].includes(results[index] ?? "") ? path : []));
}

/** More files than this are no files for tools. */
const mostRuntimeFiles = 32;

/** Files that the service keeps in directories of its own below /run. Its tools read them, for example a key of each start. */
function runtimeFiles({ machine: { files } }: Context, { manifest }: ServiceToObserve): ObservedClients["paths"] {
	const directories = [...(manifest?.writable ?? []).map(({ path }) => path), ...bindPaths(manifest)];
	const own = directories.filter((path) => isWithin(path, run) && path !== run && !isSystemDirectory(path));
	const paths = own.flatMap((directory) => files.list(directory).map((name) => join(directory, name)));
	const regular = paths.filter((path) => !processFile.test(path) && files.status(path)?.kind === "file");
	return regular.slice(0, mostRuntimeFiles).map((path) => ({ path, kind: "file", isOwn: false }));
}

function bindPaths(manifest: Manifest | undefined): Path[] {
	return (manifest?.binds ?? []).filter(({ created }) => created !== undefined).map(({ path }) => pathFromText(path));
}

const run = pathFromText("/run");

/** Configuration of others that names an offer, and the tools of the service's packages. */
async function namedClients(
	{ machine }: Context,
	{ host, manifest, program }: ServiceToObserve,
	{ packages, served }: { readonly served: ObservedClients; readonly packages: readonly PackageContents[] },
): Promise<Client[]> {
	const packaged = packages.flatMap(({ files }) => files);
	const origins = manifest?.entries.flatMap(({ origin, path }) => origin ?? path) ?? [];
	const own = new Set([...packaged, ...origins, ...host.files.map(pathFromText)]);
	const offered = served.paths.flatMap(({ kind, path }) => (kind === "used" ? [] : { kind, path }));
	const offers = [...offered, ...portOffers(served.ports)];
	const abstract = served.clients.flatMap(({ offer }) => (offer?.kind === "abstract" ? offer : []));
	const configured = machine.clients.configured([...offers, ...abstract], own);
	const owners = await machine.packages.owners(configured.map(({ name }) => pathFromText(name)));
	const tools = packages.flatMap(({ files, ref }) =>
		machine.clients
			.executables(files.filter((path) => path !== program))
			.map((name): Client => ({ name, relation: "tool", package: ref.name })),
	);
	return [
		...configured.map((client): Client => {
			const owner = owners.get(pathFromText(client.name));
			return owner === undefined ? client : { ...client, package: owner.name };
		}),
		...tools,
	];
}

/** Connects as each of these clients, and returns what it met by `clientKey`. */
async function connectAll({ machine }: Context, clients: readonly Client[]): Promise<Map<string, ConnectResult>> {
	const results = new Map<string, ConnectResult>();
	await Promise.all(
		clients.map(async (client) => {
			const [process] = client.processes ?? [];
			if (client.relation !== "connected" || client.offer === undefined || process === undefined) return;
			const result = await machine.clients.connect(process, client.offer);
			if (result !== undefined) results.set(clientKey(client), result);
		}),
	);
	return results;
}

/** A start may open further ports after the first answer, so they get the seconds of a whole start. */
const portProblems: readonly CutOff["code"][] = ["client-port-gone", "adopt-port-gone"];

/**
 * Waits some seconds until everybody that was served is served again. Throws `client-…` (exit 1), which names a client that is cut
 * off, or `adopt-…` (exit 1), which names what the service offers no more. Returns the clients that can connect but have not done so
 * yet: many connect at their next request.
 */
export async function requireServed(context: Context, before: ServedBefore, startSeconds: number): Promise<readonly Client[]> {
	const { machine, signal } = context;
	const { holding, places, served, service } = before;
	const began = machine.elapsed();
	const kept = served.clients.filter((client) => holding.has(clientKey(client)));
	const shortLived = new Map<string, Set<string>>();
	let last: ObservedClients | undefined;
	for (let looks = 1; ; looks++) {
		const now = await machine.clients.look(service, places, served.paths);
		const [problem] = cutOffClients(served, now);
		const away = kept.filter((client) => !isBack(client, last, now));
		noteConnections(shortLived, away, now);
		last = now;
		const limit = problem && portProblems.includes(problem.code) ? Math.max(returnTime, startSeconds * 1000) : returnTime;
		const isLate = machine.elapsed() - began >= limit && looks >= leastLooks;
		if (problem && isLate) throw cutOffFailure(problem, before);
		if (!problem && (isLate || !away.length)) return requireReachable(context, before, away, shortLived);
		await machine.sleep(pause, signal);
	}
}

function cutOffFailure({ code, values }: CutOff, { hiddenTables = [] }: ServedBefore): Failure {
	const failure = new Failure(code, values, 1);
	if (!hiddenTables.length || !portProblems.includes(code)) return failure;
	return new Failure("adopt-network-hidden", { paths: hiddenTables.map(showPath).join(", ") }, 1, failure);
}

/** Whether the client holds a connection since the look before. */
function isBack(client: Client, last: ObservedClients | undefined, now: ObservedClients): boolean {
	const then = last?.clients.find((one) => clientKey(one) === clientKey(client));
	return then !== undefined && holdsConnection(then, now);
}

function noteConnections(connections: Map<string, Set<string>>, clients: readonly Client[], now: ObservedClients): void {
	for (const client of clients) {
		const key = clientKey(client);
		const inodes = now.clients.find((one) => clientKey(one) === key)?.processes?.flatMap((process) => process.connections) ?? [];
		connections.set(key, new Set([...(connections.get(key) ?? []), ...inodes]));
	}
}

/** Checks with connections of the same accounts that everybody reaches the service, also who is `away`. */
async function requireReachable(
	context: Context,
	before: ServedBefore,
	away: readonly Client[],
	shortLived: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly Client[]> {
	const { machine, signal } = context;
	const { answering, connected, served } = before;
	await requireAnswering(context, answering);
	const asked = served.clients.filter((client) => connected.has(clientKey(client)));
	const deadline = machine.elapsed() + returnTime;
	let refused = asked;
	let results = new Map<string, ConnectResult>();
	for (let wait = pause; refused.length; wait *= 2) {
		results = await connectAll(context, refused);
		// What failed on the host too, for example because a server is full, is nobody's fault.
		refused = refused.filter((client) => {
			const result = results.get(clientKey(client));
			return result !== undefined && result !== "open" && result !== connected.get(clientKey(client));
		});
		if (!refused.length || machine.elapsed() >= deadline) break;
		await machine.sleep(wait, signal);
	}
	for (const client of refused) throw refusal(client, results.get(clientKey(client)) ?? "closed");
	for (const client of away) {
		if ((shortLived.get(clientKey(client))?.size ?? 0) >= mostRefusals) throw refusal(client, "closed");
		const { name } = client;
		if (name.endsWith(".service") && (await machine.services.state(name)).active === "failed") {
			throw new Failure("client-down", { client: name }, 1);
		}
	}
	for (const client of away) {
		const values = { client: clientText(client), offer: client.offer === undefined ? "" : offerText(client.offer) };
		context.emit({ event: "warned", code: "client-not-back", values });
	}
	return away;
}

/** A socket at its path may be one that the service left behind on the host. Throws `adopt-path-silent` (exit 1). */
async function requireAnswering(context: Context, answering: readonly Path[]): Promise<void> {
	const { machine, signal } = context;
	const deadline = machine.elapsed() + returnTime;
	for (let wait = pause; ; wait *= 2) {
		const now = await answeringSockets(context, answering);
		const silent = answering.find((path) => !now.includes(path));
		if (silent === undefined) return;
		if (machine.elapsed() >= deadline) throw new Failure("adopt-path-silent", { path: showPath(silent) }, 1);
		await machine.sleep(wait, signal);
	}
}

function refusal(client: Client, result: ConnectResult): Failure {
	const values = { client: clientText(client), offer: client.offer === undefined ? "" : offerText(client.offer) };
	return result === "closed"
		? new Failure("client-rejected", values, 1)
		: new Failure("client-refused", { ...values, error: result }, 1);
}

/** A file of a service's state with its process number, which will be that of the cage. */
interface HiddenPidFile {
	readonly path: Path;
	/** Programs that read such files and would signal another process or none. */
	readonly tools: readonly Path[];
}

interface PidFileQuestion {
	/** Directories of the service's state. What is below /run is published with the host's number. */
	readonly places: readonly Path[];
	/** Programs of the service's packages. */
	readonly tools: readonly Path[];
	/** Process ids of the service on the host. */
	readonly own: readonly number[];
}

/** Entries of a directory that are searched, and bytes of a file and of a tool that are read. */
const most = { entries: 20_000, file: 1024, tool: 16 * 1024 * 1024 };

/** Returns the files whose first line with a number has one of the service, and whose name one of the tools contains. */
export function hiddenPidFiles(files: Files, { own, places, tools }: PidFileQuestion): HiddenPidFile[] {
	const found: HiddenPidFile[] = [];
	for (const place of places) {
		let entries = 0;
		for (const { path, status } of walkBelow(place, files, () => ++entries > most.entries)) {
			if (status.kind !== "file" || status.size > most.file || !processFile.test(path)) continue;
			const number = /^\s*(\d+)\s*$/m.exec(files.read(path, most.file)?.toString("latin1") ?? "")?.[1];
			if (number === undefined || !own.includes(Number(number))) continue;
			const readers = tools.filter((tool) => files.read(tool, most.tool)?.includes(baseName(path), 0, "latin1"));
			if (readers.length) found.push({ path, tools: readers });
		}
	}
	return found;
}
