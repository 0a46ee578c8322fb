import { type Offer, portOffers } from "../../adopt/clients.ts";
import type { Context } from "../../base/engine/context.ts";
import type { Note } from "../../base/failure.ts";
import type { Files, Identity } from "../../base/machine/facts.ts";
import { type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { syslogName } from "../../confine/places.ts";
import { isInPlace, type WritablePlaces } from "../../plan/binds.ts";
import { namedNeighbours, undecidedNeighbours } from "../../plan/company.ts";
import { placeOf } from "../../plan/links.ts";
import { mayConnect, refusedNote, refusedSockets, type SocketPolicy } from "../../plan/neighbours.ts";
import { passesAlone } from "../../probe/engine/probing.ts";
import type { Application, Rules } from "../../service/application.ts";
import type { Company } from "../../service/company.ts";
import type { HostService } from "../../unit/ports.ts";
import { type Peer, peersOf, showPeer, type Trace } from "../trace.ts";

/** Unix sockets where nobody answered, and addresses of this machine that are not the application's own. */
export interface PeerRequests {
	readonly sockets: ReadonlySet<Path>;
	readonly peers: readonly Peer[];
}

/** One attempt to run the application. */
export interface Attempt {
	/** Aborted if the application turns out to need more services. */
	readonly context: Context;
	/** Host services that the sandbox lets through. */
	readonly sockets: readonly Path[];
	readonly peers: readonly Peer[];
	/** Receives repeatedly what the application asked for. */
	watch(asked: PeerRequests): void;
}

/**
 * Milliseconds before a refused connection counts. A daemon that checks whether it already runs asks its own socket first and
 * recreates it at once.
 */
const grace = 1000;

/** Milliseconds between two checks, because the application may ask once and wait. */
const lookEvery = 250;

/**
 * Lets the application talk to host services: a database, php-fpm, a proxy's backend. They become known when it asks, because the
 * sandbox has its own network and its overlay does not pass unix sockets on. The run then starts again with that service let
 * through.
 */
export async function withNeighbours<T extends { readonly answered: boolean }>(
	context: Context,
	application: Pick<Application, "network" | "probes">,
	policy: SocketPolicy,
	run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
	const { harmless = [] } = policy;
	let lastAnswered: T | undefined;
	for (let known: Neighbours = { sockets: harmless, peers: [] }; ; ) {
		const enough = new AbortController();
		const within = { ...context, signal: AbortSignal.any([context.signal, enough.signal]) };
		const search = new Search(within, application, policy, known);
		const watching = search.untilWanted(() => enough.abort());
		let answered: T | undefined;
		try {
			answered = await run({ context: within, ...known, watch: (asked) => search.update(asked) });
		} catch (error) {
			if (context.signal.aborted || !enough.signal.aborted) throw error;
		} finally {
			search.end();
		}
		const reason = await watching;
		context.signal.throwIfAborted();
		// It may answer without its database, but not as on the host. A cage has the host's network, but only the sockets of the trace.
		const wanted = answered?.answered ? search.wantedSockets() : (reason ?? (await search.wanted(context)));
		if (answered && !hasNeighbours(wanted)) {
			search.reportRefused(context);
			return answered.answered ? answered : (lastAnswered ?? answered);
		}
		if (answered?.answered) lastAnswered = answered;
		for (const place of [...wanted.sockets.map(showPath), ...wanted.peers.map(showPeer)]) {
			context.emit({ event: "warned", code: "neighbour-reached", values: { path: place } });
		}
		known = { sockets: [...known.sockets, ...wanted.sockets], peers: [...known.peers, ...wanted.peers] };
	}
}

/** One run's requests and permissions. */
class Search {
	readonly #end = new AbortController();
	readonly #context: Context;
	readonly #application: Pick<Application, "network" | "probes">;
	readonly #policy: SocketPolicy;
	readonly #known: Neighbours;
	/** Whether no probe passes over a service alone, by address. */
	readonly #judged = new Map<string, boolean>();
	#asked: PeerRequests = { sockets: new Set(), peers: [] };

	constructor(context: Context, application: Pick<Application, "network" | "probes">, policy: SocketPolicy, known: Neighbours) {
		this.#context = context;
		this.#application = application;
		this.#policy = policy;
		this.#known = known;
	}

	end(): void {
		this.#end.abort();
	}

	update(asked: PeerRequests): void {
		this.#asked = asked;
	}

	/** Warns about each requested host socket that stays closed. */
	reportRefused({ emit, machine }: Context): void {
		const asked = [...this.#asked.sockets].filter((path) => path !== syslogName);
		for (const path of refusedSockets(asked, this.#policy, machine.files)) {
			emit({ event: "warned", ...refusedNote(path, this.#policy) });
		}
	}

	/**
	 * Calls `onWanted` once a service was wanted for longer than `grace`, and returns it: the application may not ask for it again. Ends
	 * with the run.
	 */
	async untilWanted(onWanted: () => void): Promise<Neighbours | undefined> {
		const { machine } = this.#context;
		const signal = AbortSignal.any([this.#context.signal, this.#end.signal]);
		let since: number | undefined;
		try {
			for (;;) {
				await machine.sleep(lookEvery, signal);
				since = hasNeighbours(this.#candidates()) ? (since ?? machine.elapsed()) : undefined;
				if (since === undefined || machine.elapsed() - since <= grace) continue;
				const wanted = await this.wanted({ ...this.#context, signal });
				if (!hasNeighbours(wanted) || signal.aborted) continue;
				onWanted();
				return wanted;
			}
		} catch (error) {
			if (!signal.aborted) throw error;
			return undefined;
		}
	}

	async wanted(context: Context): Promise<Neighbours> {
		const { peers, sockets } = this.#candidates();
		const unjudged = peers.filter((peer) => !this.#judged.has(showPeer(peer)));
		const harmless = await harmlessPeers(context, this.#application.probes, unjudged);
		for (const peer of unjudged) this.#judged.set(showPeer(peer), harmless.includes(peer));
		return { sockets, peers: peers.filter((peer) => this.#judged.get(showPeer(peer))) };
	}

	wantedSockets(): Neighbours {
		return { sockets: this.#candidates().sockets, peers: [] };
	}

	#candidates(): Neighbours {
		const { machine } = this.#context;
		const known = new Set(this.#known.peers.map(showPeer));
		return {
			sockets: socketsAmong(this.#asked.sockets, this.#policy, machine.files).filter(
				(path) => !this.#known.sockets.includes(path),
			),
			peers: hostPeers(machine, this.#application, this.#asked.peers).filter(
				(peer) => !known.has(showPeer(peer)) && this.#judged.get(showPeer(peer)) !== false,
			),
		};
	}
}

/** Services that a trial must let through, because traced runs used them and they still listen. */
export async function neighbourPeers(context: Context, application: Application, trace: Trace): Promise<Peer[]> {
	return harmlessPeers(context, application.probes, hostPeers(context.machine, application, peersOf(trace)));
}

/** Sockets that other services offer in the application's own state in place, where traced runs used them. */
export function neighbourSockets(
	{ files }: { readonly files: Files },
	{ accesses }: Trace,
	policy: SocketPolicy,
	places: WritablePlaces,
): Path[] {
	const used = [...accesses.values()].filter(({ succeeded }) => succeeded.has("connect") && !succeeded.has("listen"));
	return socketsAmong(new Set(used.map(({ path }) => path)), policy, files).filter((path) => isInPlace(path, places));
}

/** The port of DNS. A name server asks other machines for its clients, so none is let through. */
const namePort = 53;

function hostPeers(
	{ listens }: Pick<Context["machine"], "listens">,
	{ network }: Pick<Application, "network">,
	peers: readonly Peer[],
): readonly Peer[] {
	return network === "none" ? [] : peers.filter((peer) => peer.port !== namePort && listens(peer));
}

/**
 * Services over which no probe passes alone. If one does, the host's own service answers it, and an application that never starts
 * would seem to answer.
 */
async function harmlessPeers(context: Context, probes: readonly string[], peers: readonly Peer[]): Promise<Peer[]> {
	const { launcher } = context.machine;
	const harmless: Peer[] = [];
	for (const peer of peers) {
		await using sandbox = await launcher.createSandbox([peer]);
		const { network } = sandbox;
		if (network !== undefined && !(await passesAlone(context, probes, { network }))) harmless.push(peer);
	}
	return harmless;
}

interface Neighbours {
	readonly sockets: readonly Path[];
	readonly peers: readonly Peer[];
}

function hasNeighbours({ peers, sockets }: Neighbours): boolean {
	return peers.length > 0 || sockets.length > 0;
}

/** Excludes syslog: a sandboxed application must not write to the host's log, and its attempt is enough for the plan. */
function socketsAmong(unheard: ReadonlySet<Path>, policy: SocketPolicy, files: Files): Path[] {
	return [...unheard]
		.filter((path) => path !== syslogName)
		.map((path) => placeOf(path, files))
		.filter((path) => mayConnect(path, policy, files) && files.status(path)?.kind === "socket");
}

interface ObservedService {
	readonly host: HostService;
	/** The application's. */
	readonly command: readonly string[];
	readonly trace: Trace;
	readonly identity: Identity;
	readonly rules: Pick<Rules, "allow" | "refuse">;
	/** Sockets of services that are harmless because of their cages: real paths. */
	readonly harmless: readonly Path[];
}

interface ObservedCompany {
	readonly company: Company;
	readonly notes: readonly Note[];
}

/** Reads what a running service shares with others. Takes one to two seconds, and changes nothing. */
export async function observeCompany({ machine }: Context, { host, ...observed }: ObservedService): Promise<ObservedCompany> {
	const { clients, files } = machine;
	const { paths, ports } = await clients.look(host.name, []);
	const sockets = paths.flatMap(({ kind, path }): Offer[] => (kind === "socket" ? [{ kind, path }] : []));
	const own = new Set<Path>(host.files.map(pathFromText));
	for (const { path } of observed.trace.accesses.values()) own.add(path).add(placeOf(path, files));
	const named = clients.configured([...sockets, ...portOffers(ports)], own).map(({ name }) => pathFromText(name));
	const running = (await clients.neighbours(host.name)).map((one) => ({ ...one, path: placeOf(one.path, files) }));
	const input = { ...observed, files, running };
	return {
		company: { clientFiles: [...new Set(named)].sort(), neighbours: namedNeighbours(input) },
		notes: undecidedNeighbours(input),
	};
}
