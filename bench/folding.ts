import { execFileSync, spawn } from "node:child_process";
import { closeSync, createWriteStream, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { type Bench, inFolder, inTurn, median, ratios, seconds } from "./harness.ts";
import { makeTrace } from "./make-trace.ts";

interface Folded {
	readonly seconds: number;
	readonly calls: number;
	readonly paths: number;
	readonly megabytes: number;
}

const script = join(dirname(fileURLToPath(import.meta.url)), "fold-child.js");

function foldFile(file: string): Folded {
	const trace = openSync(file, "r");
	try {
		return JSON.parse(execFileSync(process.execPath, [script], { stdio: [trace, "pipe", "inherit"], encoding: "utf8" }));
	} finally {
		closeSync(trace);
	}
}

/** Uses a pipe, as for strace's lines, so that nothing stores the trace. */
async function foldStream(trace: Readable): Promise<Folded> {
	const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
	const [result] = await Promise.all([text(child.stdout), pipeline(trace, child.stdin)]);
	return JSON.parse(result);
}

const calls = 1_000_000;
/** File names that lead to about 65,000 paths, because many are also looked for in a compressed form. */
const documents = 35_300;

/** Compares reading a long trace with shell commands that list its paths. */
export const folding: Bench = {
	name: "folding",
	run: () =>
		inFolder(async (folder) => {
			const file = join(folder, "trace");
			await pipeline(Readable.from(makeTrace(calls, 5000)), createWriteStream(file));
			const speeds: number[] = [];
			const { grep, ours } = await inTurn(5, {
				ours: () => {
					const folded = foldFile(file);
					speeds.push(folded.calls / folded.seconds);
					return folded.seconds;
				},
				grep: () => seconds(() => execFileSync("sh", ["-c", `grep -oE '"/[^"]*"' "$1" | sort -u`, "sh", file])),
			});
			const large: Folded[] = [];
			for (let repetition = 0; repetition < 3; repetition++)
				large.push(await foldStream(Readable.from(makeTrace(calls, documents))));
			// Ten times the calls over the same paths: keeping a dozen bytes per call would double the memory. The limit allows
			// for V8's garbage.
			const short = await foldStream(Readable.from(makeTrace(calls, 5000)));
			const long = await foldStream(Readable.from(makeTrace(10 * calls, 5000)));
			return [
				{
					what: "memory of folding ten million calls",
					against: "one million",
					values: [long.megabytes / short.megabytes],
					unit: "x",
					target: { atMost: 1.5 },
					note: `${long.megabytes.toFixed(0)} MB / ${short.megabytes.toFixed(0)} MB, ${Math.round(long.calls / long.seconds)} calls/s`,
				},
				{
					what: "folding a million calls",
					against: "grep | sort -u",
					values: ratios(ours, grep),
					unit: "x",
					target: { atMost: 2 },
					note: `${median(ours).toFixed(2)} s / ${median(grep).toFixed(2)} s`,
				},
				{ what: "folding", values: speeds, unit: "calls/s" },
				{
					what: `memory of a process that folds ${large[0]?.paths} paths`,
					values: large.map(({ megabytes }) => megabytes),
					unit: "MB",
					target: { atMost: 200 },
				},
			];
		}),
};
