import { startAtFirstExecve, TraceFold } from "../src/core/trace/fold.ts";

/** Folds what comes in: a process of its own, so that its memory is that of a fold alone. */
const fold = new TraceFold({ start: startAtFirstExecve() });
let started: number | undefined;
for await (const chunk of process.stdin) {
	started ??= performance.now();
	fold.feed(chunk);
}
fold.end();
process.stdout.write(
	JSON.stringify({
		seconds: (performance.now() - (started ?? 0)) / 1000,
		calls: fold.trace.calls,
		paths: fold.trace.accesses.size,
		megabytes: process.resourceUsage().maxRSS / 1024,
	}),
);
