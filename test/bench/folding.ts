import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
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

function fold(...args: string[]): Folded {
	const child = join(dirname(fileURLToPath(import.meta.url)), "fold-child.js");
	return JSON.parse(execFileSync(process.execPath, [child, ...args], { encoding: "utf8" }));
}

const calls = 1_000_000;

/** Reading a long trace, against what one would type at a shell to list its paths. */
export const folding: Bench = {
	name: "folding",
	run: () =>
		inFolder(async (folder) => {
			const file = join(folder, "trace");
			await pipeline(Readable.from(makeTrace(calls, 5000)), createWriteStream(file));
			const speeds: number[] = [];
			const { grep, ours } = await inTurn(5, {
				ours: () => {
					const folded = fold(file);
					speeds.push(folded.calls / folded.seconds);
					return folded.seconds;
				},
				grep: () => seconds(() => execFileSync("sh", ["-c", `grep -oE '"/[^"]*"' "$1" | sort -u`, "sh", file])),
			});
			const most = Array.from({ length: 3 }, () => fold(String(calls), "35300"));
			return [
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
					what: `memory of a fold, ${most[0]?.paths} paths`,
					values: most.map(({ megabytes }) => megabytes),
					unit: "MB",
					target: { atMost: 200 },
				},
			];
		}),
};
