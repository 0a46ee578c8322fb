import type { Files } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { placeOf } from "../core/plan/links.ts";
import { isNeighbour } from "../core/plan/neighbours.ts";
import { syslogName } from "../core/plan/syslog.ts";
import type { Context } from "./context.ts";

/** One try at a life of the application. */
export interface Attempt {
	/** The context to live in: called off where the application turns out to need more. */
	readonly context: Context;
	/** Sockets of the host that are let through. */
	readonly sockets: readonly Path[];
	/** To be told, again and again, at which sockets nobody listens. */
	watch(unheard: ReadonlySet<Path>): void;
}

/**
 * Milliseconds after which a refused connection counts. A daemon that looks whether it runs already asks its own socket
 * first and makes it anew at once.
 */
const patience = 1000;

/**
 * Lets the application talk to services of the host that it finds by their unix sockets: a database, php-fpm. Which ones those are shows when
 * it asks: an overlay does not pass sockets on, so the connection is refused, and the life begins again with that socket let through.
 */
export async function reachingNeighbours<T extends { readonly answered: boolean }>(
	context: Context,
	live: (attempt: Attempt) => Promise<T>,
): Promise<T> {
	const { files, now } = context.machine;
	for (let sockets: readonly Path[] = []; ; ) {
		const enough = new AbortController();
		let wanted: readonly Path[] = [];
		let since: number | undefined;
		const attempt: Attempt = {
			context: { ...context, signal: AbortSignal.any([context.signal, enough.signal]) },
			sockets,
			watch(unheard) {
				wanted = socketsAmong(unheard, files).filter((path) => !sockets.includes(path));
				since = wanted.length ? (since ?? now()) : undefined;
				if (since !== undefined && now() - since > patience) enough.abort();
			},
		};
		try {
			const result = await live(attempt);
			if (result.answered || !wanted.length) return result;
		} catch (error) {
			if (context.signal.aborted || !enough.signal.aborted) throw error;
		}
		for (const path of wanted) context.emit({ event: "warned", code: "neighbour-reached", values: { path: showPath(path) } });
		sockets = [...sockets, ...wanted];
	}
}

/** Without syslog: what is rehearsed shall not get into the host's log, and an attempt tells the plan enough. */
function socketsAmong(unheard: ReadonlySet<Path>, files: Files): Path[] {
	return [...unheard]
		.filter((path) => path !== syslogName)
		.map((path) => placeOf(path, files))
		.filter((path) => isNeighbour(path) && files.status(path)?.kind === "socket");
}
