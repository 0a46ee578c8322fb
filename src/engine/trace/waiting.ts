import type { Awaited } from "../../core/trace/trace.ts";
import type { Context } from "../context.ts";

/** Seconds that nobody wonders about. */
const unremarkable = 2;

/** Tells every second what `work` is still waiting for, from the third second on. */
export async function tellWaiting<T>({ emit, machine, signal }: Context, work: Promise<T>, what: () => Awaited): Promise<T> {
	const done = new AbortController();
	const started = machine.now();
	const tell = async () => {
		for (;;) {
			await machine.sleep(1000, AbortSignal.any([signal, done.signal]));
			const seconds = Math.floor((machine.now() - started) / 1000);
			if (!done.signal.aborted && seconds > unremarkable) emit({ event: "waited", seconds, ...what() });
		}
	};
	// Ended by the abort below.
	tell().catch(() => {});
	try {
		return await work;
	} finally {
		done.abort();
	}
}
