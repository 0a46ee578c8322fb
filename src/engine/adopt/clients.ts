import { proposeClientProbes } from "../../core/adoption/client-probes.ts";
import {
	type Client,
	clientKey,
	clientText,
	cutOffClients,
	holdsConnection,
	lastingSockets,
	mergeClients,
	type ObservedClients,
	offerText,
} from "../../core/adoption/clients.ts";
import { type HiddenPidFile, hiddenPidFiles } from "../../core/adoption/pid-files.ts";
import type { Application } from "../../core/application/application.ts";
import { errorText } from "../../core/application/error-text.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import type { PackageContents } from "../../core/coverage/coverage.ts";
import { Failure } from "../../core/failure.ts";
import { isWithin, join, type Path, pathFromText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { isCommand, isSystemDirectory } from "../../core/plan/areas.ts";
import { processFile } from "../../core/plan/offered-sockets.ts";
import { showProbe } from "../../core/probe/lines.ts";
import type { ConnectResult } from "../client-ports.ts";
import type { Context } from "../context.ts";
import type { ProbeOutcome } from "../events.ts";
import type { HostService } from "../systemd-ports.ts";
import { requireRunnable } from "../trace/probe-lines.ts";
import { awaitedAnswer, outcomeOf, reportWaiting } from "../trace/probing.ts";
import { probeCannotRun } from "../trial/failures.ts";

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
}

interface ServiceToObserve {
	readonly host: HostService;
	readonly program: string;
	readonly places: readonly Path[];
	/** Its files are the service's own configuration. */
	readonly manifest?: Manifest;
}

/** Finds everybody that a running service serves. Changes nothing, and takes one to two seconds. */
export async function observeClients(context: Context, observed: ServiceToObserve): Promise<ServedBefore> {
	const { machine, signal } = context;
	const { host, places } = observed;
	const service = host.name;
	const first = await machine.clients.look(service, places, runtimeFiles(context, observed));
	const connected = await connectAll(context, first.clients);
	await machine.sleep(pause, signal);
	const second = await machine.clients.look(service, places, first.paths);
	if (second.isPartial) context.emit({ event: "warned", code: "clients-partial", values: {} });
	const holding = new Set(first.clients.filter((client) => holdsConnection(client, second)).map(clientKey));
	// The unit's package: that of the program may belong to an interpreter.
	const packages = await machine.packages.related(pathFromText(host.files[0] ?? observed.program));
	const named = await namedClients(context, observed, { served: second, packages });
	const clients = mergeClients([...first.clients, ...second.clients, ...named]);
	const answering = await answeringSockets(context, lastingSockets(second));
	const tools = packages.flatMap(({ files }) => files.filter((path) => isCommand(path) && path !== observed.program));
	const pidFiles = hiddenPidFiles(machine.files, { places, tools, own: second.own });
	return { service, places, served: { ...second, clients }, holding, connected, answering, pidFiles };
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
	const offers = [...offered, ...served.ports];
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

/**
 * Waits some seconds until everybody that was served is served again. Throws `client-…` (exit 1), which names a client that is cut
 * off. Returns the clients that can connect but have not done so yet: many connect at their next request.
 */
export async function requireServed(context: Context, before: ServedBefore): Promise<readonly Client[]> {
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
		const isLate = machine.elapsed() - began >= returnTime && looks >= leastLooks;
		if (problem && isLate) throw new Failure(problem.code, problem.values, 1);
		if (!problem && (isLate || !away.length)) return requireReachable(context, before, away, shortLived);
		await machine.sleep(pause, signal);
	}
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

/**
 * Asks as a client does, from the host. Throws `probe-…` if a line cannot run here, and `client-probe-fails` (exit 1) if one fails:
 * then a later failure would be blamed on the cage.
 */
export async function requireClientProbes(context: Context, probes: readonly string[], seconds: number): Promise<void> {
	await requireRunnable(context, { probes });
	const failed = await askClientProbes(context, probes, 0, seconds);
	if (failed) throw probeCannotRun([failed]) ?? new Failure("client-probe-fails", wordsOf(failed), 1);
}

/** Throws `client-probe-silent` (exit 1) unless all client probes pass within this many seconds. */
export async function requireClientAnswers(context: Context, probes: readonly string[], seconds: number): Promise<void> {
	const failed = await askClientProbes(context, probes, seconds, seconds);
	if (failed) throw new Failure("client-probe-silent", wordsOf(failed), 1);
}

/** Seconds for a proposed client probe to pass. */
const proposedSeconds = 3;

/** Client probes for a service of a known protocol, as its clients' accounts. All of them pass now. */
export async function findClientProbes(
	context: Context,
	{ command, probes }: Pick<Application, "command" | "probes">,
	{ served }: Pick<ServedBefore, "served">,
): Promise<string[]> {
	const { machine } = context;
	const tools = machine.probeTools(command);
	const proposals = proposeClientProbes({ served, command, probes, tools, users: machine.accounts.users() });
	const found = await Promise.all(proposals.map((ways) => firstPassing(context, ways)));
	return found.flat();
}

/** Those of these lines that pass now. */
export async function passingClientProbes(context: Context, lines: readonly string[]): Promise<string[]> {
	return (await Promise.all(lines.map((line) => firstPassing(context, [line])))).flat();
}

async function firstPassing({ machine, signal }: Context, lines: readonly string[]): Promise<string[]> {
	for (const line of lines) {
		const { ok } = await machine.launcher.shell(line, { onHost: true }, proposedSeconds, signal);
		signal.throwIfAborted();
		if (ok) return [line];
	}
	return [];
}

function wordsOf({ command, output }: ProbeOutcome): { readonly probe: string; readonly words: string } {
	return { probe: showProbe(command), words: errorText(output) };
}

/** Repeats each probe until it passes or `seconds` are over. Returns the first that fails. */
async function askClientProbes(
	context: Context,
	probes: readonly string[],
	seconds: number,
	trySeconds: number,
): Promise<ProbeOutcome | undefined> {
	const { machine, signal } = context;
	const deadline = machine.elapsed() + seconds * 1000;
	for (const command of probes) {
		let outcome: ProbeOutcome = { command, ok: false, output: "" };
		const answer = async () => {
			for (let wait = 100; ; wait = Math.min(wait * 2, 1000)) {
				signal.throwIfAborted();
				const left = Math.max(1, (deadline - machine.elapsed()) / 1000);
				const limit = seconds ? Math.min(left, trySeconds) : trySeconds;
				outcome = outcomeOf(command, await machine.launcher.shell(command, { onHost: true }, limit, signal));
				if (outcome.ok || outcome.status !== undefined || machine.elapsed() >= deadline) return;
				await machine.sleep(wait, signal);
			}
		};
		await reportWaiting(context, answer(), () => awaitedAnswer(outcome, Math.ceil(trySeconds)));
		context.emit({ event: "probe-tried", ...outcome });
		signal.throwIfAborted();
		if (!outcome.ok) return outcome;
	}
	return undefined;
}
