import type { Context } from "../../base/engine/context.ts";
import type { Note } from "../../base/failure.ts";
import type { Launcher } from "../../launch/ports.ts";
import type { ListeningAddress } from "../../service/found.ts";
import { greetingLine, greetingWord, guessProbe, readGreeting } from "../greeting.ts";
import type { Target } from "../lines.ts";
import { isKnownServer, reachable, socketTarget } from "../propose.ts";

/** A probe that was derived from a server's greeting, with the note that says so. */
export interface ProbeGuess {
	readonly probe: string;
	readonly note: Note;
}

/** Addresses that are asked. Applications with more of them listen for other purposes too. */
const mostAddresses = 3;
const greetingSeconds = 10;

/**
 * Connects once to each address of an application and guesses probes from what it sends. Guesses nothing for a known server,
 * because less than its protocol's probes would then count as an answer.
 */
export async function guessFromGreetings(
	{ machine, signal }: Pick<Context, "machine" | "signal">,
	command: readonly string[],
	addresses: readonly ListeningAddress[],
	where: Parameters<Launcher["shell"]>[1],
): Promise<ProbeGuess[]> {
	if (isKnownServer(command)) return [];
	const tools = machine.probeTools(command);
	const targets = ["tcp", "unix"].flatMap((kind) => addresses.filter(({ protocol }) => protocol === kind).flatMap(streamTarget));
	const guesses = await Promise.all(
		targets.slice(0, mostAddresses).map(async (target): Promise<ProbeGuess[]> => {
			const { output } = await machine.launcher.shell(greetingLine(target, tools), where, greetingSeconds, signal);
			const greeting = readGreeting(output);
			const probe = greeting && guessProbe(target, greeting, tools);
			if (greeting === undefined || probe === undefined) return [];
			const place = target.socket === undefined ? { port: target.port } : { socket: target.socket };
			const note =
				greeting.kind === "http"
					? { code: "probe-guessed-http", values: place }
					: { code: "probe-guessed-banner", values: { ...place, word: greetingWord(greeting.text) ?? "" } };
			return [{ probe, note }];
		}),
	);
	signal.throwIfAborted();
	return guesses.flat();
}

function streamTarget(address: ListeningAddress): Target[] {
	if (address.protocol === "tcp") return [{ host: reachable(address.address), port: address.port }];
	return socketTarget(address);
}
