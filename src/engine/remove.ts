import { Failure } from "../core/failure.ts";
import { showPath } from "../core/path/quote.ts";
import { cageFolder } from "./cages.ts";
import type { Context } from "./context.ts";
import { type WithdrawnAccount, withdrawAccount } from "./dedicated-account.ts";

/**
 * Takes a cage away, and the account that was made for it; with its data stays whoever owns that. Throws `cage-running` (exit 4) while
 * something runs in any of its generations.
 */
export async function removeCage(context: Context, name: string, keepData: boolean): Promise<WithdrawnAccount | undefined> {
	const { launcher, store, units } = context.machine;
	const lock = await store.lock(name);
	try {
		const adoption = await store.adoption(name);
		if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
		// It would be started again and again, and never with success.
		const [place] = await units.installedFor(cageFolder(store, name));
		if (place !== undefined) throw new Failure("cage-has-unit", { name, path: showPath(place) }, 4);
		for (const generation of await store.generations(name)) {
			const { processes } = launcher.running(store.root(name, generation));
			if (processes.length) throw new Failure("cage-running", { name, pid: processes[0] ?? 0 }, 4);
		}
		const made = keepData ? undefined : await store.madeAccount(name);
		await store.remove(name, keepData);
		return made && (await withdrawAccount(context, name, made));
	} finally {
		await lock.release();
	}
}
