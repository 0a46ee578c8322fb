/** Requests while the application runs under strace: more exercises, or the end. */
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

	/** Makes `next` look again, for example after an abort. */
	wake(): void {
		this.#wake();
	}

	/** The next line, or undefined when the queue has ended. Throws the signal's reason when it is aborted. */
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
