import type { Lock, Store } from "../../engine/store.ts";

/** The lock of the one cage that somebody works on at a time. */
export class CageLock {
	readonly #store: Store;
	#held: { readonly name: string; readonly lock: Lock } | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	/** Lets go of the one that is held, and takes this anew: that clears away what a killed command left. */
	async take(name: string): Promise<void> {
		await this.release();
		this.#held = { name, lock: await this.#store.lock(name) };
	}

	/** What is locked stays so where the other lock cannot be had. */
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
