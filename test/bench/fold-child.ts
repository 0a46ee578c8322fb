import { createReadStream } from "node:fs";
import { TraceFold } from "../../src/core/trace/fold.ts";
import { startAtFirstExecve } from "../../src/core/trace/start.ts";
import { makeTrace } from "./make-trace.ts";

/** A process of its own, so that its memory is that of a fold alone. `FILE` folds a recorded trace; `LINES PATHS` one made as it goes. */
const [first = "", paths] = process.argv.slice(2);
const fold = new TraceFold({ start: startAtFirstExecve() });
const started = performance.now();
for await (const chunk of paths === undefined
	? createReadStream(first, { highWaterMark: 65_536 })
	: makeTrace(Number(first), Number(paths))) {
	fold.feed(chunk);
}
fold.end();
process.stdout.write(
	JSON.stringify({
		seconds: (performance.now() - started) / 1000,
		calls: fold.trace.calls,
		paths: fold.trace.accesses.size,
		megabytes: process.resourceUsage().maxRSS / 1024,
	}),
);
