import type { CageReader } from "../../base/engine/store.ts";
import type { Messages } from "../../messages/messages.ts";

/** What commands change about a cage. */
interface CageState {
	/** Undefined before the first build. */
	readonly generation: number | undefined;
	/** The adopted service. */
	readonly service: string | undefined;
}

export type CageStates = ReadonlyMap<string, CageState>;

/** Work that takes longer than an administrator may want to wait. It makes a cage, or changes cages or nothing. */
export type LongWork = "makes-cage" | "changes-cages";

/** All cages. What is damaged counts as absent, because other messages explain it. */
export async function cageStates(store: CageReader): Promise<CageStates> {
	const states = new Map<string, CageState>();
	for (const name of await store.names().catch(() => [])) {
		const generation = await store.present(name).catch(() => undefined);
		const adoption = await store.adoption(name).catch(() => undefined);
		states.set(name, { generation, service: adoption?.service });
	}
	return states;
}

/** What differs, in sentences with a way back. Empty if nothing does. */
export function changesText(before: CageStates, after: CageStates, { cli }: Messages, command: CommandLine): string {
	const words = cli.left;
	const sentences: string[] = [];
	for (const [name, now] of after) {
		const old = before.get(name);
		const { generation, service } = now;
		const remove = command("remove", name);
		if (old === undefined) {
			sentences.push(generation === undefined ? words.traced(name, remove) : words.made(name, generation, remove));
		} else if (generation !== undefined && generation !== old.generation) {
			const back = old.generation === undefined ? remove : command("rollback", name);
			sentences.push(words.switched(name, generation, back));
		}
		if (service !== undefined && service !== old?.service)
			sentences.push(words.adopted(service, name, command("release", service)));
		if (service === undefined && old?.service !== undefined) sentences.push(words.released(old.service));
	}
	for (const name of before.keys()) if (!after.has(name)) sentences.push(words.removed(name));
	return sentences.join(" ");
}

/** The same after an interruption, which always says something. Without states, the verb changes no cage. */
export function interruptionText(
	longWork: LongWork | undefined,
	states: readonly [CageStates, CageStates] | undefined,
	messages: Messages,
	command: CommandLine,
): string {
	const words = messages.cli.left;
	if (!states) return words.interrupted;
	const rest = changesText(...states, messages, command);
	return [words.interrupted, rest || (longWork === "makes-cage" ? words.nothingMade : words.nothingChanged)].join(" ");
}

type CommandLine = (...words: readonly string[]) => string;
