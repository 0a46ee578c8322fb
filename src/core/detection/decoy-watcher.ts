/** Bytes of the result for each file. */
const resultSize = 4;
/** struct fanotify_event_metadata (fanotify(7)). */
const eventSize = 24;

/** One opening of a watched file. If it has no descriptor, the kernel could not open the file for us. */
export interface OpeningEvent {
	readonly pid: number;
	readonly descriptor?: number;
}

/** Reads the output of native/decoys.c, which may be cut anywhere. */
export class DecoyWatcherOutput {
	#bytes = Buffer.alloc(0);
	#results: number[] = [];
	readonly #files: number;

	constructor(files: number) {
		this.#files = files;
	}

	/** For each file 0 or a negative error number; undefined until all are known. */
	get results(): readonly number[] | undefined {
		return this.#results.length === this.#files ? this.#results : undefined;
	}

	/** Returns the events that are complete now. */
	add(chunk: Uint8Array): OpeningEvent[] {
		this.#bytes = Buffer.concat([this.#bytes, chunk]);
		while (this.#results.length < this.#files && this.#bytes.length >= resultSize) {
			this.#results.push(this.#take(resultSize).readInt32LE());
		}
		const events: OpeningEvent[] = [];
		while (this.results && this.#bytes.length >= eventSize) {
			const event = this.#take(eventSize);
			const [descriptor, pid] = [event.readInt32LE(16), event.readInt32LE(20)];
			events.push(descriptor < 0 ? { pid } : { pid, descriptor });
		}
		return events;
	}

	#take(size: number): Buffer {
		const bytes = this.#bytes.subarray(0, size);
		this.#bytes = this.#bytes.subarray(size);
		return bytes;
	}
}
