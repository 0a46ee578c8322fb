import { countEntries } from "../core/cage/manifest.ts";
import { type RecentAlarms, recentAlarms } from "../core/detection/alarm.ts";
import type { StoredReaction } from "../core/detection/reaction.ts";
import type { Failure } from "../core/failure.ts";
import { printable, quoteShellLine } from "../core/path/quote.ts";
import { isDamage } from "../engine/cages.ts";
import type { Context, ReadingMachine } from "../engine/context.ts";
import { presentReaction } from "../engine/watch/present-reaction.ts";
import { recentAlarmsToJson } from "../report/alarm.ts";
import { table } from "../report/format.ts";
import { reactionState, reactionToJson } from "../report/reaction.ts";
import type { Terminal } from "./terminal.ts";

export async function list(terminal: Terminal<ReadingMachine>): Promise<number> {
	const { messages } = terminal;
	const words = messages.cli.list;
	return terminal.withContext(async (context) => {
		const cages = await Promise.all((await context.machine.store.names()).map((name) => summary(context, name)));
		const status = cages.some((cage) => cage.damage !== undefined) ? 1 : 0;
		if (terminal.options.json) {
			terminal.printJson("list", {
				cages: cages.map(({ alarms, damage, reaction, ...cage }) => ({
					...cage,
					reaction: reaction ? reactionToJson(reaction, messages) : null,
					alarms: recentAlarmsToJson(alarms, messages),
					...(damage ? { damage: messages.failure(damage) } : {}),
				})),
			});
			return status;
		}
		if (!cages.length) terminal.print(words.none);
		else {
			const rows = cages.map((cage) => [
				cage.name,
				cage.generation === null ? "-" : String(cage.generation),
				cage.files === null ? "-" : String(cage.files),
				cage.bytes === null ? "-" : messages.bytes(cage.bytes),
				cage.damage
					? words.damaged
					: cage.generation === null
						? words.notBuilt
						: [
								cage.running[0] === undefined ? words.stopped : words.running(cage.running[0]),
								...(cage.reaction ? [reactionState(cage.reaction, messages)] : []),
								...(cage.stale ? [words.stale] : []),
								...(cage.alarms.lastDay ? [messages.alarms.inList(cage.alarms.lastDay)] : []),
							].join(", "),
				cage.damage ? messages.failure(cage.damage) : printable(quoteShellLine(cage.command)),
			]);
			terminal.print(table([words.head, ...rows]));
		}
		return status;
	});
}

interface Summary {
	readonly name: string;
	readonly generation: number | null;
	readonly files: number | null;
	readonly bytes: number | null;
	readonly running: readonly number[];
	readonly command: readonly string[];
	readonly answered: boolean;
	/** An upgrade of the host marked it as old. */
	readonly stale: boolean;
	readonly alarms: RecentAlarms;
	/** What `watch` did that explains its state. */
	readonly reaction?: StoredReaction;
	/** Why the other fields are unknown. */
	readonly damage?: Failure;
}

async function summary({ machine }: Context<ReadingMachine>, name: string): Promise<Summary> {
	const { launcher, now, store } = machine;
	const generations = await store.generations(name);
	const running = generations.flatMap((one) => launcher.running(store.root(name, one)).inits);
	const alarms = recentAlarms(await store.alarms(name), now());
	const unknown = {
		name,
		generation: null,
		files: null,
		bytes: null,
		running,
		command: [],
		answered: false,
		stale: false,
		alarms,
	};
	try {
		const cage = await store.cage(name);
		const generation = (await store.present(name)) ?? null;
		const manifest = generation === null ? undefined : await store.manifest(name, generation);
		const reaction = await presentReaction(machine, name);
		const counts = manifest ? countEntries(manifest) : undefined;
		return {
			...unknown,
			...(reaction ? { reaction } : {}),
			generation,
			files: counts?.files ?? null,
			bytes: counts?.bytes ?? null,
			command: cage?.application.command ?? [],
			answered: cage?.trials.at(-1)?.answered ?? false,
			stale: (await store.upkeep.staleMark(name)) !== undefined,
		};
	} catch (error) {
		if (!isDamage(error)) throw error;
		return { ...unknown, damage: error };
	}
}
