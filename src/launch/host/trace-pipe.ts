import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { runQuickTool } from "../../base/host/tools.ts";

/** Capacity of a pipe in bytes (pipe(7)). */
const pipeSize = 64 * 1024;

/** Milliseconds between reads: while lines arrive, and the maximum while none do. */
const busyPause = 3;
const idlePause = 25;

/** Path of the pipe in a launch's folder, for `strace -o`. */
export const tracePipe = (folder: string) => join(folder, "trace");

/**
 * A named pipe through which strace passes its lines. It is polled, because a reader that wakes for each line, behind a `cat`,
 * causes most of the tracing cost (measured on nginx under wrk on two cores).
 */
export class TracePipe {
	readonly #descriptor: number;
	readonly #onData: (chunk: Uint8Array) => void;
	readonly #buffer = Buffer.allocUnsafe(pipeSize);
	#closed = false;

	/** `folder` belongs to this launch alone. */
	constructor(folder: string, onData: (chunk: Uint8Array) => void) {
		const path = tracePipe(folder);
		this.#onData = onData;
		const made = runQuickTool("mkfifo", ["-m", "600", "--", path], { encoding: "utf8" });
		if (made.status !== 0) throw new Failure("launch-failed", { detail: made.stderr.trim() }, 3);
		// Without O_NONBLOCK this would wait for a writer, and strace waits for a reader (fifo(7)).
		this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
		void this.#watch();
	}

	/** Reads the rest after the writer has ended. */
	finish(): void {
		if (this.#closed) return;
		while (this.#read()) {
			// Until it is empty.
		}
		this.#closed = true;
		closeSync(this.#descriptor);
	}

	async #watch(): Promise<void> {
		for (let pause = busyPause; !this.#closed; ) {
			pause = this.#read() ? busyPause : Math.min(pause * 2, idlePause);
			await sleep(pause, undefined, { ref: false });
		}
	}

	/** Returns false if there was nothing to read. */
	#read(): boolean {
		let length = 0;
		try {
			length = readSync(this.#descriptor, this.#buffer);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
		}
		if (length === 0) return false;
		this.#onData(Uint8Array.prototype.slice.call(this.#buffer, 0, length));
		return true;
	}
}
