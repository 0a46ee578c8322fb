import { assemble, load, type Program, pointer, register, workingDirectory } from "../../machine-code/program.ts";

/**
 * Returns a static executable that reports each opening of the files that are its arguments, from outside of the cage. Node.js has
 * no fanotify. inotify would not say which process it was, nor whether it came through the cage's mount or from the host. In C:
 *
 *     int group = fanotify_init(FAN_CLOEXEC | FAN_CLASS_NOTIF | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
 *     if (group < 0) exit(1);
 *     for (argv++; *argv; argv++) {                         // one number for each file: 0 or an error
 *       result = fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW, FAN_OPEN, AT_FDCWD, *argv);
 *       if (write(1, &result, 4) < 0) exit(1);
 *     }
 *     while (read(group, &event, 24) > 0 && write(1, &event, 24) > 0) {
 *       if (event.fd < 0) continue;
 *       if (read(0, &answer, 1) <= 0) break;                // until the reader has looked at /proc/PID/fd
 *       close(event.fd);
 *     }
 *     exit(1);
 *
 * The event's descriptor is opened through the mount that the process used, so its path tells the cage from the host. Returns
 * undefined for a processor that we have no code for.
 */
export function decoyWatcherExecutable(architecture: string): Buffer | undefined {
	return assemble(architecture, describeWatcher);
}

/** Bytes of the result for each file. */
const resultSize = 4;
/** struct fanotify_event_metadata (fanotify(7)). */
const eventSize = 24;
const unlimited = 0x30; // FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS: one cage must not use up what another needs
const opened = 0x20; // FAN_OPEN

/** a: group, c: the place in argv, d: the file or the event's descriptor. */
function describeWatcher(p: Program): void {
	const buffer = pointer("stack");
	p.setArguments("c");
	p.reserve(64); // the buffer
	p.call("fanotify_init", unlimited | 1, 0x80000 | p.openFlags.largeFile); // FAN_CLOEXEC; O_CLOEXEC
	p.branch("negative", "failed");
	p.set("a", register("answer"));

	p.label("mark");
	p.add("c", 8);
	p.set("d", load("c", 0, 8));
	p.compare("d", 0, 8);
	p.jump("equal", "next");
	p.call("fanotify_mark", register("a"), 5, opened, workingDirectory, register("d")); // FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW
	p.store("stack", 0, 4, "answer");
	p.call("write", 1, buffer, resultSize);
	p.branch("negative", "failed");
	p.jump("always", "mark");

	p.label("next");
	p.call("read", register("a"), buffer, eventSize);
	p.branch("equal", "failed");
	p.jump("negative", "failed");
	p.call("write", 1, buffer, eventSize);
	p.branch("negative", "failed");
	p.set("answer", load("stack", 16, 4)); // the descriptor
	p.branch("negative", "next");
	p.call("read", 0, pointer("stack", 32), 1);
	p.branch("equal", "failed");
	p.jump("negative", "failed");
	p.call("close", load("stack", 16, 4));
	p.jump("always", "next");

	p.label("failed");
	p.exit(1);
}

/** One opening of a watched file. If it has no descriptor, the kernel could not open the file for us. */
export interface OpeningEvent {
	readonly pid: number;
	readonly descriptor?: number;
}

/** Reads the program's output, which may be cut anywhere. */
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
