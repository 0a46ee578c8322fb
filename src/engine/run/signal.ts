import { Failure } from "../../core/failure.ts";
import { presentCage } from "../cages.ts";
import type { Context } from "../context.ts";

/**
 * Sends a signal to the application in the running cage, whichever generation it was started in. Throws `cage-not-running` (exit 1).
 */
export async function signalCage(context: Context, name: string, signal: string): Promise<void> {
	await presentCage(context, name);
	const { launcher, store } = context.machine;
	const generations = await store.generations(name);
	const inits = generations.flatMap((generation) => launcher.running(store.root(name, generation)).inits);
	if (!inits.length) throw new Failure("cage-not-running", { name }, 1);
	for (const init of inits) launcher.send(init, signal);
}
