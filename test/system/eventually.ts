import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds: long enough for a busy machine. The tests do not measure speed. */
const timeout = 90_000;

/** Retries `attempt` until it does not throw. Throws its last error after 90 seconds. */
export async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
	for (const started = Date.now(); ; ) {
		try {
			return await attempt();
		} catch (error) {
			if (Date.now() - started > timeout) throw error;
			await sleep(25);
		}
	}
}
