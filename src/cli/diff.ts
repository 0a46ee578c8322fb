import { Failure } from "../core/failure.ts";
import { presentCage } from "../engine/cages.ts";
import type { ReadingMachine } from "../engine/context.ts";
import { comparisonText, comparisonToJson } from "../report/difference.ts";
import type { Terminal } from "./terminal.ts";

/** Without numbers, compares the previous generation with the present one. */
export async function diff(
	terminal: Terminal<ReadingMachine>,
	name: string,
	a: number | undefined,
	b: number | undefined,
): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const { generation: present } = await presentCage(context, name);
		const all = await store.generations(name);
		const to = b ?? present;
		const from = a ?? all.filter((one) => one < to).at(-1);
		if (from === undefined) throw new Failure("nothing-before", { name, generation: to }, 1);
		const [before, after] = [await store.manifest(name, from), await store.manifest(name, to)];
		if (!before || !after) throw new Failure("no-such-generation", { name, generation: before ? to : from }, 2);
		return terminal.result("diff", { name, ...comparisonToJson(before, after) }, () =>
			comparisonText(before, after, terminal.messages),
		);
	});
}
