import { setTimeout as sleep } from "node:timers/promises";

/** Long enough for a busy machine; nothing here is a promise about speed. */
const patience = 30_000;

/** Tries until `attempt` does not throw; its last error is the test's. */
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
