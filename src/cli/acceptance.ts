import { mergeAcceptances, parseAcceptance } from "../core/cage/finding.ts";
import { knownCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { withHistoryLine } from "../report/record/markdown.ts";

/** Keeps what `--accept-finding` says in the cage, its log and its record, before anything is started that relies on it. */
export async function recordAcceptances(
	{ machine }: Pick<Context, "machine">,
	name: string,
	texts: readonly string[] = [],
): Promise<void> {
	if (!texts.length) return;
	const { store } = machine;
	texts.forEach(parseAcceptance);
	const known = await knownCage(store, name);
	const accepted = mergeAcceptances(known.accepted ?? [], texts);
	if (accepted.length === known.accepted?.length) return;
	const lock = await store.lock(name);
	try {
		await store.saveCage({ ...known, accepted });
		await store.log(name, "finding-accepted", { accepted: texts });
		const record = await store.records.text(name);
		const line = (await store.history(name)).at(-1);
		if (record !== undefined && line !== undefined) await store.records.saveText(name, withHistoryLine(record, line));
	} finally {
		await lock.release();
	}
}
