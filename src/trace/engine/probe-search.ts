import type { Context } from "../../base/engine/context.ts";
import type { Note } from "../../base/failure.ts";
import { pathToText } from "../../base/path/path.ts";
import { placeNamed } from "../../plan/links.ts";
import { guessFromGreetings } from "../../probe/engine/guess.ts";
import { guessNotes, proposeProbe } from "../../probe/propose.ts";
import type { Application } from "../../service/application.ts";
import type { ListeningAddress } from "../../service/found.ts";
import type { Attempt } from "./neighbours.ts";
import type { LiveRun } from "./watched-run.ts";

/** Finds probes for the places where a sandboxed application listens. */
export class ProbeSearch {
	readonly #context: Context;
	readonly #application: Application;
	readonly #live: Pick<LiveRun, "addresses" | "run">;
	readonly #passed: Pick<Attempt, "peers" | "sockets">;
	/** Notes about guesses, by their probes. */
	readonly #notes = new Map<string, readonly Note[]>();

	constructor(
		context: Context,
		application: Application,
		live: Pick<LiveRun, "addresses" | "run">,
		passed: Pick<Attempt, "peers" | "sockets">,
	) {
		this.#context = context;
		this.#application = application;
		this.#live = live;
		this.#passed = passed;
	}

	/** Returns the probes of known protocols, and guesses from greetings for all other addresses. */
	async ways(): Promise<readonly (readonly string[])[]> {
		const { machine } = this.#context;
		const { command, env } = this.#application;
		const tools = machine.probeTools(command);
		const addresses = this.#own();
		const propose = (ports: readonly ListeningAddress[]) => proposeProbe({ command, env, ports, ...tools });
		const proposals = addresses.length ? propose(addresses) : [];
		for (const proposal of proposals) this.#notes.set(proposal.probes.join("\n"), guessNotes(proposal));
		const unknown = addresses.filter((address) => !propose([address]).length);
		const guesses = await guessFromGreetings(this.#context, command, unknown, { launched: this.#live.run });
		for (const { note, probe } of guesses) this.#notes.set(probe, [note]);
		return [...proposals.map(({ probes }) => probes), ...guesses.map(({ probe }) => [probe])];
	}

	/** Notes about guesses among the probes that were found. */
	notesAbout(probes: readonly string[]): readonly Note[] {
		return this.#notes.get(probes.join("\n")) ?? [];
	}

	/** Without the places that lead to host services: there, one of those would answer. */
	#own(): ListeningAddress[] {
		const { files } = this.#context.machine;
		const { peers, sockets } = this.#passed;
		return this.#live.addresses().flatMap((address): ListeningAddress[] => {
			if (address.protocol !== "unix") return peers.some(({ port }) => port === address.port) ? [] : [address];
			const place = placeNamed(address.path, files);
			const path = sockets.includes(place) ? undefined : pathToText(place);
			return path === undefined ? [] : [{ ...address, path }];
		});
	}
}
