import type { Store } from "../../base/engine/store.ts";
import type { Lock } from "../../cage/ports.ts";

/** The lock of the session's cage. */
export class CageLock {
	readonly #store: Store;
	#held: { readonly name: string; readonly lock: Lock } | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	/** Releases the lock and takes this one. Taking a lock also cleans up after a killed command. */
	async take(name: string): Promise<void> {
		await this.release();
		this.#held = { name, lock: await this.#store.lock(name) };
	}

	/** Keeps the current lock if the other one is taken. */
	async move(name: string): Promise<void> {
		if (this.#held?.name === name) return;
		const lock = await this.#store.lock(name);
		await this.#held?.lock.release();
		this.#held = { name, lock };
	}

	async clear(): Promise<void> {
		await this.#held?.lock.clear();
	}

	async release(): Promise<void> {
		const held = this.#held;
		this.#held = undefined;
		await held?.lock.release();
	}
}
