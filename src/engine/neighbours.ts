import type { Files } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { placeOf } from "../core/plan/links.ts";
import { isNeighbour } from "../core/plan/neighbours.ts";
import { syslogName } from "../core/plan/syslog.ts";
import { peerPorts, type Trace } from "../core/trace/trace.ts";
import type { Context, Machine } from "./context.ts";

/** Unix sockets at which nobody was heard, and ports of the loopback that are not the application's own. */
export interface Asked {
	readonly sockets: ReadonlySet<Path>;
	readonly ports: readonly number[];
}

/** One try at a life of the application. */
export interface Attempt {
	/** The context to live in: called off where the application turns out to need more. */
	readonly context: Context;
	/** Sockets of the host that are let through, and ports of its loopback. */
	readonly sockets: readonly Path[];
	readonly ports: readonly number[];
	/** To be told, again and again, whom the application asked for. */
	watch(asked: Asked): void;
}

/**
 * Milliseconds after which a refused connection counts. A daemon that looks whether it runs already asks its own socket
 * first and makes it anew at once.
 */
const patience = 1000;

/**
 * Lets the application talk to services of the host: a database, php-fpm, what a proxy stands before. Which ones those are shows when it asks: a
 * rehearsal has a network of its own, and its overlay does not pass unix sockets on, so nobody is there, and the life begins again with
 * that service let through.
 */
export async function reachingNeighbours<T extends { readonly answered: boolean }>(
	context: Context,
	live: (attempt: Attempt) => Promise<T>,
): Promise<T> {
	const { now } = context.machine;
	for (let known: Neighbours = { sockets: [], ports: [] }; ; ) {
		const enough = new AbortController();
		let wanted: Neighbours = { sockets: [], ports: [] };
		let since: number | undefined;
		const attempt: Attempt = {
			context: { ...context, signal: AbortSignal.any([context.signal, enough.signal]) },
			...known,
			watch(asked) {
				wanted = wantedOf(asked, known, context.machine);
				since = isAnybody(wanted) ? (since ?? now()) : undefined;
				if (since !== undefined && now() - since > patience) enough.abort();
			},
		};
		try {
			const result = await live(attempt);
			if (result.answered || !isAnybody(wanted)) return result;
		} catch (error) {
			if (context.signal.aborted || !enough.signal.aborted) throw error;
		}
		for (const place of [...wanted.sockets.map(showPath), ...wanted.ports.map((port) => `127.0.0.1:${port}`)]) {
			context.emit({ event: "warned", code: "neighbour-reached", values: { path: place } });
		}
		known = { sockets: [...known.sockets, ...wanted.sockets], ports: [...known.ports, ...wanted.ports] };
	}
}

/** Ports of the host's loopback that a trial must let through, because the traced runs asked for them and somebody is there. */
export function neighbourPorts(trace: Trace, machine: Machine): number[] {
	return peerPorts(trace).filter((port) => machine.listens(port));
}

interface Neighbours {
	readonly sockets: readonly Path[];
	readonly ports: readonly number[];
}

function wantedOf(asked: Asked, known: Neighbours, machine: Machine): Neighbours {
	return {
		sockets: socketsAmong(asked.sockets, machine.files).filter((path) => !known.sockets.includes(path)),
		ports: asked.ports.filter((port) => !known.ports.includes(port) && machine.listens(port)),
	};
}

function isAnybody({ ports, sockets }: Neighbours): boolean {
	return ports.length > 0 || sockets.length > 0;
}

/** Without syslog: what is rehearsed shall not get into the host's log, and an attempt tells the plan enough. */
function socketsAmong(unheard: ReadonlySet<Path>, files: Files): Path[] {
	return [...unheard]
		.filter((path) => path !== syslogName)
		.map((path) => placeOf(path, files))
		.filter((path) => isNeighbour(path) && files.status(path)?.kind === "socket");
}
