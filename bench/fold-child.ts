import { TraceFold } from "../src/trace/fold.ts";
import { startAtFirstExecve } from "../test/trace/folding.ts";

/** Folds its input in a separate process, so that its memory contains only the fold. */
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
