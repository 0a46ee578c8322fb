import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds: much longer than anything takes, also on a busy machine. The tests do not measure speed. */
export const patience = 180_000;

/** Retries `attempt` until it does not throw. Throws its last error after that time. */
export async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
	for (const started = Date.now(); ; ) {
		try {
			return await attempt();
		} catch (error) {
			if (Date.now() - started > patience) throw error;
			await sleep(25);
		}
	}
}
