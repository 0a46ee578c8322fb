import { closeSync, openSync, readSync } from "node:fs";
import type { Json, Started } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import type { MadeCall, Raised, RefusedCall } from "./storm.ts";

/** What the processes of a storm did, and what a watch printed about it. */

/** A file in which storm.c notes calls. */
export class Slots {
	readonly #path: string;
	/** How many are used. */
	used = 0;

	constructor(path: string) {
		this.#path = path;
	}

	take(): number {
		return this.used++;
	}

	/** Waits until the call is done. */
	async wait(slot: number, call: RefusedCall, words: string): Promise<MadeCall> {
		const [state = 0, error = 0, calls = 0, step = 0, start = 0, end = 0] = await eventually(() => {
			const noted = this.#read(slot);
			if (noted[0] === 0) throw new Error(`not done, ${this.#progress(words)}: ${words}`);
			return noted;
		});
		if (state === 1) throw new Error(`step ${step} failed with ${error}: ${words}`);
		return { call, calls, error, words, start, end };
	}

	/** How many calls of each slot in the words were made. */
	#progress(words: string): string {
		const all = [...words.matchAll(/\b(?:call|killed|flood) (\d+)/g)].map(([, slot]) => Number(slot));
		return all.map((slot) => `${this.#read(slot)[2]} calls in slot ${slot}`).join(", ");
	}

	#read(slot: number): number[] {
		const file = openSync(this.#path, "r");
		const bytes = Buffer.alloc(32);
		readSync(file, bytes, 0, 32, slot * 32);
		closeSync(file);
		const millisecondsAt = (at: number) => Number(bytes.readBigInt64LE(at)) / 1000;
		return [...[0, 4, 8, 12].map((at) => bytes.readInt32LE(at)), millisecondsAt(16), millisecondsAt(24)];
	}
}

/** Notes when each alarm arrives. */
export class ArrivingAlarms {
	readonly all: Raised[] = [];
	readonly #watch: Started;
	readonly #timer = setInterval(() => this.#read(), 20);
	#length = 0;

	constructor(watch: Started) {
		this.#watch = watch;
	}

	#read(): void {
		const text = this.#watch.stdout();
		const end = text.lastIndexOf("\n") + 1;
		const lines = text.slice(this.#length, end).split("\n").filter(Boolean);
		this.#length = end;
		const arrived = Date.now();
		for (const line of lines) this.all.push({ ...(JSON.parse(line) as Json), arrived } as unknown as Raised);
	}

	[Symbol.dispose](): void {
		clearInterval(this.#timer);
	}
}
