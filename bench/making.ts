import { execFileSync, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { copyByHand } from "./building.ts";
import { contextIn, planOf } from "./cages.ts";
import { type Bench, freePort, inFolder, inTurn, median, milliseconds, ratios, seconds } from "./harness.ts";
import { firstAnswer, redisCommand } from "./redis.ts";

/** Compares the whole job with the steps that a manual job would wait for, and a start in the cage with one outside. */
export const making: Bench = {
	name: "making",
	run: () =>
		inFolder(async (folder) => {
			const state = join(folder, "state");
			const cagewright = (...args: string[]) => ["bin/cagewright.js", "--state", state, "--quiet", ...args];
			const plan = await planOf(contextIn(join(folder, "other")), "redis");
			const port = await freePort();
			const [program = "", ...args] = redisCommand(port);
			const { byHand, make, start } = await inTurn(5, {
				make: async () => {
					const taken = await seconds(() =>
						execFileSync(process.execPath, cagewright("make", "redis", "--yes"), { stdio: "ignore" }),
					);
					spawnSync(process.execPath, cagewright("remove", "redis", "--yes"), { stdio: "ignore" });
					return taken;
				},
				start: () => untilAnswer("strace", ["-f", "-o", join(folder, "strace.out"), program, ...args], port),
				byHand: () => copyByHand(plan, join(folder, "by-hand")),
			});
			execFileSync(
				process.execPath,
				cagewright("make", "--name", "bench", "--probe", `redis-cli -p ${port} ping`, "--yes", "--", program, ...args),
				{ stdio: "ignore" },
			);
			const { bare, cage } = await inTurn(11, {
				bare: () => untilAnswer(program, args, port),
				cage: () => untilAnswer(process.execPath, cagewright("run", "bench"), port),
			});
			return [
				{
					what: "make redis --yes, all of it",
					values: make,
					unit: "s",
					target: { atMost: 6 },
					note: `by hand at least: 2 starts under strace, each ${median(start).toFixed(2)} s; copying ${median(byHand).toFixed(2)} s; and reading the trace`,
				},
				{
					what: "first answer of redis, in its cage",
					against: "bare",
					values: ratios(cage, bare),
					unit: "x",
					note: `${milliseconds(cage)} / ${milliseconds(bare)}`,
				},
				{
					what: "time that the cage adds to a start",
					values: cage.map((value, index) => value - (bare[index] ?? 0)),
					unit: "s",
					target: { atMost: 0.5 },
				},
			];
		}),
};

/** Seconds from the start of a command until redis answers; then redis is stopped. */
async function untilAnswer(program: string, args: readonly string[], port: number): Promise<number> {
	const child = spawn(program, args, { stdio: "ignore" });
	const ended = new Promise((resolve) => child.on("exit", resolve));
	try {
		return await seconds(() => firstAnswer(port));
	} finally {
		// strace passes no signal on, so redis itself is stopped.
		spawnSync("redis-cli", ["-p", String(port), "shutdown", "nosave"], { stdio: "ignore" });
		child.kill("SIGTERM");
		await ended;
	}
}
