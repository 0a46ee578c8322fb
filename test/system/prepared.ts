import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type Made, make, watchFor } from "./cagewright.ts";
import { type Daemon, redisIn } from "./daemons.ts";
import { freePort } from "./network.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** A folder for the whole test run. `global-setup.ts` removes it. */
		readonly prepared: string;
	}
}

export interface Prepared {
	readonly made: Made;
	readonly daemon: Daemon;
	readonly port: number;
}

/**
 * Copies the cage `redis` into a state folder, for tests of commands after `make`. Each worker makes it once: its test files run one
 * after the other and can share the port. Tests must not change the daemon's own folder.
 */
export async function preparedRedis(state: string): Promise<Prepared> {
	const folder = join(inject("prepared"), `redis-${process.env.VITEST_POOL_ID}`);
	const kept = join(folder, "made.json");
	if (!existsSync(kept)) {
		mkdirSync(folder, { mode: 0o755 });
		const port = await freePort();
		const daemon = redisIn(folder, port);
		const words = ["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--", ...daemon.command];
		const made = await make(words, { state: join(folder, "state") });
		writeFileSync(kept, JSON.stringify({ made, daemon, port } satisfies Prepared));
	}
	execFileSync("cp", ["-a", "--reflink=auto", `${folder}/state/.`, state]);
	watchFor(folder);
	return JSON.parse(readFileSync(kept, "utf8").replaceAll(join(folder, "state"), state));
}
