import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "./harness.ts";

interface Watched {
	readonly cores: number;
	readonly frames: number;
	readonly lines: number;
}

const script = join(dirname(fileURLToPath(import.meta.url)), "live-child.js");

/** How many lines per second the application prints while it is traced, and for how long. */
const linesPerSecond = 20_000;
const seconds = 3;

/** Measures the trace screen while the application prints more than anybody can read. */
export const live: Bench = {
	name: "live",
	async run() {
		const watched: Watched[] = [];
		for (let repetition = 0; repetition < 3; repetition++) {
			const env = { ...process.env, NODE_ENV: "production", CI: "false", CONTINUOUS_INTEGRATION: "false" };
			const args = [script, String(linesPerSecond), String(seconds)];
			watched.push(
				JSON.parse(execFileSync(process.execPath, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })),
			);
		}
		const [first] = watched;
		return [
			{
				what: `a live log of ${linesPerSecond} lines/s`,
				against: "one core",
				values: watched.map(({ cores }) => cores),
				unit: "x",
				target: { atMost: 0.3 },
				note: `${first?.lines} lines, ${first?.frames} frames`,
			},
		];
	},
};
