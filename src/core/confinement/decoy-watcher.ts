import { Assembler, elfExecutable } from "./machine-code.ts";

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
	return architecture === "x64" ? elfExecutable(x64()) : undefined;
}

/** Bytes of the result for each file. */
const resultSize = 4;
/** struct fanotify_event_metadata (fanotify(7)). */
const eventSize = 24;
const unlimited = 0x30; // FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS: one cage must not use up what another needs
const opened = 0x20; // FAN_OPEN
const currentDirectory = -100; // AT_FDCWD

function x64(): Buffer {
	const a = new Assembler();
	const toBuffer = [0x48, 0x89, 0xe6]; // mov rsi, rsp
	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	a.emit(0x48, 0x83, 0xec, 0x40); // sub rsp, 64: the buffer
	a.call(300, unlimited | 1, 0x88000); // fanotify_init; FAN_CLOEXEC; O_CLOEXEC | O_LARGEFILE
	a.branch("ifNegative", "failed");
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax

	a.label("mark");
	a.emit(0x49, 0x83, 0xc6, 0x08); // add r14, 8
	a.emit(0x4d, 0x8b, 0x06); // mov r8, [r14]
	a.emit(0x4d, 0x85, 0xc0); // test r8, r8
	a.jump("ifZero", "next");
	a.call(301, [0x44, 0x89, 0xe7], 5, opened, currentDirectory); // fanotify_mark; FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW
	a.emit(0x89, 0x04, 0x24); // mov [rsp], eax
	a.call(1, 1, toBuffer, resultSize); // write
	a.branch("ifNegative", "failed");
	a.jump("always", "mark");

	a.label("next");
	a.call(0, [0x44, 0x89, 0xe7], toBuffer, eventSize); // read
	a.branch("ifZero", "failed");
	a.jump("ifNegative", "failed");
	a.call(1, 1, toBuffer, eventSize); // write
	a.branch("ifNegative", "failed");
	a.emit(0x8b, 0x44, 0x24, 0x10); // mov eax, [rsp + 16]: the descriptor
	a.branch("ifNegative", "next");
	a.call(0, 0, [0x48, 0x8d, 0x74, 0x24, 0x20], 1); // read; lea rsi, [rsp + 32]
	a.branch("ifZero", "failed");
	a.jump("ifNegative", "failed");
	a.call(3, [0x8b, 0x7c, 0x24, 0x10]); // close; mov edi, [rsp + 16]
	a.jump("always", "next");

	a.label("failed");
	a.call(231, 1); // exit_group
	return a.finish({});
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
