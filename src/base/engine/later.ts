import type { Machine } from "./context.ts";

/** Calls `work` after some time. The returned function prevents that. */
export function later({ sleep }: Pick<Machine, "sleep">, milliseconds: number, work: () => void): () => void {
	const stopped = new AbortController();
	const workUnlessStopped = () => {
		if (!stopped.signal.aborted) work();
	};
	void sleep(milliseconds, stopped.signal).then(workUnlessStopped, () => {});
	return () => stopped.abort();
}
