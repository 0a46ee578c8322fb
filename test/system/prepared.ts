import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type Made, make, watchFor } from "./cagewright.ts";
import { type Daemon, redisIn, wordsOf } from "./daemons.ts";
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

/** Copies a prepared state into a state folder. Each worker makes it once: its test files run one after the other and can share the port. */
async function copyOf<T>(name: string, state: string, prepare: (folder: string) => Promise<T>): Promise<T> {
	const folder = join(inject("prepared"), `${name}-${process.env.VITEST_POOL_ID}`);
	const kept = join(folder, "made.json");
	if (!existsSync(kept)) {
		mkdirSync(folder, { mode: 0o755 });
		writeFileSync(kept, JSON.stringify(await prepare(folder)));
	}
	mkdirSync(state, { recursive: true });
	execFileSync("cp", ["-a", "--reflink=auto", `${folder}/state/.`, state]);
	watchFor(folder);
	return JSON.parse(readFileSync(kept, "utf8").replaceAll(join(folder, "state"), state)) as T;
}

/** Copies the cage `redis`, for tests of commands after `make`. Tests must not change the daemon's own folder. */
export function preparedRedis(state: string): Promise<Prepared> {
	return copyOf("redis", state, async (folder) => {
		const port = await freePort();
		const daemon = redisIn(folder, port);
		const words = ["--name", "redis", "--user", "redis", ...wordsOf(daemon)];
		return { made: await make(words, { state: join(folder, "state") }), daemon, port };
	});
}

/** Copies the cage `demo`, whose account other tests may use at the same time. */
export function preparedDemo(state: string): Promise<Made> {
	const accept = ["--accept-finding", "account-used-outside"];
	return copyOf("demo", state, (folder) => make(["demo", ...accept], { state: join(folder, "state") }));
}
