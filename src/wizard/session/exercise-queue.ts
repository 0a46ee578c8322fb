/** What is asked for while the application runs under strace: one more exercise, or the end. */
export class ExerciseQueue {
	#lines: string[] = [];
	#isEnough = false;
	#wake: () => void = () => {};

	clear(): void {
		this.#lines = [];
		this.#isEnough = false;
	}

	add(line: string): void {
		this.#lines.push(line);
		this.wake();
	}

	end(): void {
		this.#isEnough = true;
		this.wake();
	}

	/** Lets whoever waits look again, after an abort for example. */
	wake(): void {
		this.#wake();
	}

	/** The next line; undefined once it is enough and all were given. Throws what the signal was aborted with. */
	async next(signal: AbortSignal): Promise<string | undefined> {
		while (!this.#lines.length && !this.#isEnough && !signal.aborted) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		signal.throwIfAborted();
		return this.#lines.shift();
	}
}
