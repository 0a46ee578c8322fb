import { own } from "./argument.ts";

/**
 * A bounded map that forgets what was not used lately. Two generations instead of a queue, because taking the oldest entry out of a Map
 * again and again makes V8 walk over all the holes before it.
 */
export class Recent<V> {
	readonly #size: number;
	#young = new Map<string, V>();
	#old = new Map<string, V>();

	/** Keeps at least the last `size` entries used and at most twice as many. */
	constructor(size: number) {
		this.#size = size;
	}

	get(key: string): V | undefined {
		const young = this.#young.get(key);
		if (young !== undefined) return young;
		const old = this.#old.get(key);
		if (old !== undefined) this.set(own(key), old);
		return old;
	}

	set(key: string, value: V): void {
		if (this.#young.size >= this.#size) {
			this.#old = this.#young;
			this.#young = new Map();
		}
		this.#young.set(key, value);
	}
}
