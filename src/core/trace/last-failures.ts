/** So many failed calls are looked back upon; after an error libc itself asks for some message catalogues that are not there. */
const kept = 64;

/** What failed last: paths, and names of calls without one. A ring, because every failing call of a trace passes here. */
export class LastFailures {
	readonly #ring: string[] = [];
	#count = 0;
	#frozen = false;

	add(what: string): void {
		if (!this.#frozen) this.#ring[this.#count++ % kept] = what;
	}

	/** The application's main process is over: what others fail at afterwards was not its end. */
	freeze(): void {
		this.#frozen = true;
	}

	/** Each once, newest last. */
	list(): string[] {
		const start = this.#count % kept;
		const inOrder = this.#count < kept ? this.#ring : [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
		return [...new Set([...inOrder].reverse())].reverse();
	}
}
