import type { Client, ObservedClients, Offer } from "../../adopt/clients.ts";
import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import type { User } from "../../base/machine/facts.ts";
import { type Path, pathToText } from "../../base/path/path.ts";
import { awaitedAnswer, outcomeOf, probeCannotRun, reportWaiting, requireRunnable } from "../../probe/engine/probing.ts";
import { type Asker, asAccount, showProbe, type Target, type Tools } from "../../probe/lines.ts";
import { reachable, serverName } from "../../probe/propose.ts";
import { queriesAt } from "../../probe/protocol.ts";
import { protocolOf } from "../../probe/recognise.ts";
import type { Application } from "../../service/application.ts";
import { errorText } from "../../service/error-text.ts";

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
		const ways = queriesAt(protocol, target, tools, serverName(command))
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
			if (offer) ask({ uid, gid, groups, ...omitUndefined({ name }) }, offer);
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
	{ served }: { readonly served: ObservedClients },
): Promise<string[]> {
	const { machine } = context;
	const tools = machine.probeTools(command);
	const proposals = proposeClientProbes({ served, command, probes, tools, users: machine.accounts.users() });
	const found = await Promise.all(proposals.map((ways) => firstPassing(context, ways)));
	return found.flat();
}

/** Those of these lines that pass now. Each may take some seconds. */
export async function passingClientProbes(
	context: Context,
	lines: readonly string[],
	seconds = proposedSeconds,
): Promise<string[]> {
	return (await Promise.all(lines.map((line) => firstPassing(context, [line], seconds)))).flat();
}

async function firstPassing(
	{ machine, signal }: Context,
	lines: readonly string[],
	seconds = proposedSeconds,
): Promise<string[]> {
	for (const line of lines) {
		const { ok } = await machine.launcher.shell(line, { onHost: true }, seconds, signal);
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
