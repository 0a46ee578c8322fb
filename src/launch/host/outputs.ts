import { once } from "node:events";
import { closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync, readSync, write as writeCallback } from "node:fs";
import { Socket } from "node:net";
import { type Readable, Transform, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { Failure } from "../../base/failure.ts";
import { openWay } from "../../base/host/descriptor.ts";
import { attempt, errorName } from "../../base/host/errors.ts";
import { openProgram } from "../../base/host/file-flags.ts";
import { nativeProgram } from "../../base/host/release.ts";
import { startTool } from "../../base/host/tools.ts";
import { words } from "../../base/native-program.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { TerminalText } from "../../base/text.ts";
import type { LaunchRequest } from "../ports.ts";

/**
 * The application's stdout and stderr. They are pipes that we read, never our own descriptors: a descriptor of a file lets its holder
 * empty it and, as uid 0 or its owner, change its mode and owner; one of a device the same; one of a terminal lets it read input and
 * change settings (both measured); below a directory it reaches every file; and what is written to a pipe can be read from it again.
 */

/** The application's outputs as `spawn` takes them, and where we read them. */
export interface Outputs {
	readonly stdio: readonly ("pipe" | "ignore" | number)[];
	/** Of our outputs 1 and 2. Absent if `spawn` makes the pipes. */
	readonly readers: ReadonlyMap<number, Readable>;
	/** Closes the application's ends here, after they were passed on. */
	close(): void;
}

/**
 * Creates the application's outputs. Both share one pipe if ours are the same file, so that lines of both keep their order. `folder`
 * belongs to this launch alone.
 */
export async function makeOutputs({ onOutput }: LaunchRequest, folder: string): Promise<Outputs> {
	if (onOutput) return { stdio: ["pipe", "pipe"], readers: new Map(), close() {} };
	const relayed = [1, 2].filter((descriptor) => !isNowhere(descriptor));
	const files = [...new Set(relayed.map(identity))];
	const pipes = new Map<string, Pipe>();
	for (const [index, pipe] of (files.length ? await makePipes(folder, files.length) : []).entries()) {
		pipes.set(files[index] ?? "", pipe);
	}
	const readers = new Map<number, Readable>();
	for (const [file, { reader }] of pipes) {
		const descriptor = relayed.find((one) => identity(one) === file);
		if (descriptor !== undefined) readers.set(descriptor, new Socket({ fd: reader, readable: true, writable: false }));
	}
	return {
		stdio: [1, 2].map((descriptor) => (relayed.includes(descriptor) && pipes.get(identity(descriptor))?.writer) || "ignore"),
		readers,
		close: () => [...pipes.values()].forEach(({ writer }) => void closeSync(writer)),
	};
}

/** Two descriptors of ours. */
interface Pipe {
	readonly reader: number;
	readonly writer: number;
}

/** Creates pipes (native/pipes.c) that the application's account may open. Throws `launch-failed` (exit 3). */
async function makePipes(folder: string, count: number): Promise<Pipe[]> {
	const program = openProgram(folder, nativeProgram("pipes", words(count)));
	const holder = startTool(`/proc/self/fd/${firstPipe - 1}`, [], { stdio: ["pipe", "pipe", "ignore", program] });
	closeSync(program);
	const [stdin, stdout] = holder.stdio as [Writable, Readable, ...unknown[]];
	const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
	const opened: number[] = [];
	let number = "";
	const open = (descriptor: number, flags: number) => {
		opened.push(openSync(`/proc/${number}/fd/${firstPipe + descriptor}`, flags));
		return opened.at(-1) ?? 0;
	};
	try {
		const failed = once(holder, "close").then(() => Promise.reject(new Error("output pipes")));
		number = String((await Promise.race([once(stdout, "data"), failed]))[0]);
		return Array.from({ length: count }, (_, index) => {
			const [reader, writer] = [open(index * 2, O_RDONLY | O_NONBLOCK), open(index * 2 + 1, O_WRONLY)];
			fchmodSync(writer, 0o622);
			return { reader, writer };
		});
	} catch (error) {
		opened.forEach(closeSync);
		throw new Failure("launch-failed", { detail: error instanceof Error ? error.message : "" }, 3);
	} finally {
		stdin.on("error", () => {}).end();
	}
}

/** After the three streams and the program itself. */
const firstPipe = 4;

const nullDevice = 0x103;

/** Nobody can write to a directory. The launch replaces /dev/null by a read-only mount of it. */
function isNowhere(descriptor: number): boolean {
	const status = fstatSync(descriptor);
	return status.isDirectory() || (status.isCharacterDevice() && status.rdev === nullDevice);
}

function identity(descriptor: number): string {
	const { dev, ino } = fstatSync(descriptor, { bigint: true });
	return `${dev}:${ino}`;
}

/** What passes on the application's output. */
export interface OutputRelay {
	/** Resolves once all of it is written, or nobody can read it. */
	readonly ended: Promise<unknown>;
	/** Gives up what is not written yet, because its reader pauses. */
	abandon(): void;
}

export function relayOutputs({ readers }: Outputs, request: LaunchRequest): OutputRelay {
	const writers = [...readers].map(([descriptor, from]) => {
		const to = descriptorWriter(descriptor, request);
		const first = !request.raw && isatty(descriptor) ? terminalOutput() : to;
		if (first !== to) first.pipe(to);
		from.pipe(first, { end: false });
		// `endOutputs` closes it without an end.
		from.once("close", () => first.end());
		// Nobody reads any more: the application gets SIGPIPE or EPIPE, as without us.
		to.on("error", () => {}).once("close", () => from.destroy());
		return to;
	});
	return {
		ended: Promise.all(writers.map((to) => new Promise((resolve) => to.once("close", resolve)))),
		abandon: () => writers.forEach((to) => void to.destroy()),
	};
}

const write = promisify(writeCallback);

/** Milliseconds until the next attempt to write to a full socket or terminal. */
const fullPause = 10;

/** Errors that mean that nobody will read anything. */
const gone = new Set(["EPIPE", "ECONNRESET", "ENXIO"]);

/**
 * Writes to one of our own outputs. Node's streams for them would block all of our work, also signals, while a reader pauses. A full
 * disk must not end the application, so what cannot be written is lost and reported once.
 */
function descriptorWriter(descriptor: number, { onLoss }: LaunchRequest): Writable {
	const own = reopened(descriptor);
	if (own !== undefined && !isatty(own)) return pipeWriter(own);
	let isReported = false;
	const writeAll = async (chunk: Buffer) => {
		for (let at = 0; at < chunk.length && !writer.destroyed; ) {
			try {
				at += (await write(own ?? descriptor, chunk, at)).bytesWritten;
			} catch (error) {
				const name = errorName(error) ?? "";
				if (name === "EAGAIN") await sleep(fullPause);
				else if (gone.has(name) || (name === "EIO" && isatty(descriptor))) throw error;
				else {
					if (!isReported) onLoss?.(descriptor, name);
					isReported = true;
					return;
				}
			}
		}
	};
	const writer = new Writable({
		write: (chunk: Buffer, _encoding, done) => void writeAll(chunk).then(() => done(), done),
	});
	if (own !== undefined) writer.once("close", () => attempt(() => closeSync(own)));
	return writer;
}

/** A pipe or terminal, opened again so that it does not block, because others share the flags of our descriptor. */
function reopened(descriptor: number): number | undefined {
	if (!fstatSync(descriptor).isFIFO() && !isatty(descriptor)) return undefined;
	const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants;
	return attempt(() => openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY));
}

function pipeWriter(descriptor: number): Writable {
	const socket = new Socket({ fd: descriptor, readable: false, writable: true });
	const writer = new Writable({
		write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
		destroy(error, done) {
			socket.destroy();
			done(error);
		},
	});
	socket.on("error", (error) => writer.destroy(error));
	return writer;
}

/** Filters an application's output for our terminal: see `TerminalText`. Invalid UTF-8 becomes U+FFFD. */
function terminalOutput(): Transform {
	const decoder = new StringDecoder("utf8");
	const text = new TerminalText();
	// A terminal with 8-bit characters interprets bytes of encoded letters as control characters.
	const encode = isUnicode() ? (shown: string) => shown : escapeWide;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			done(null, encode(text.push(decoder.write(chunk))));
		},
		flush(done) {
			done(null, encode(text.push(decoder.end()) + text.end()));
		},
	});
}

/** The first of these variables that is set and not empty counts (locale(7)). Without any, UTF-8 is assumed. */
function isUnicode(): boolean {
	const { LANG, LC_ALL, LC_CTYPE } = process.env;
	return /UTF-?8/i.test(LC_ALL || LC_CTYPE || LANG || "UTF-8");
}

function escapeWide(text: string): string {
	return text.replace(/\P{ASCII}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Milliseconds of silence after which the output of an ended application counts as complete. */
export const silence = 1000;

/**
 * Closes the outputs of an ended application once they are read. Their other end may stay open, because an application can pass its
 * descriptors to another process via a unix socket.
 */
export function endOutputs(streams: Iterable<Readable | null>): void {
	for (const stream of streams) {
		if (!stream || stream.destroyed) continue;
		let isSilent = true;
		stream.on("data", () => {
			isSilent = false;
		});
		const timer = setInterval(() => {
			// A paused stream still has data.
			if (isSilent && stream.readableFlowing !== false) stream.destroy();
			isSilent = true;
		}, silence);
		stream.once("close", () => clearInterval(timer));
	}
}

/** Bytes of a file's end. */
const mostRead = 4096;

/** A sandbox's layers are below its folder, or one level deeper. */
const depth = 2;

/**
 * Returns the ends of those files that a run wrote in a sandbox, the latest change last. The application could have replaced each
 * directory of a path by a link, so none is followed.
 */
export function writtenTexts(folder: Path, paths: readonly Path[]): string[] {
	const layers = paths.length ? upperLayers(folder, depth) : [];
	const found = paths.flatMap((path) => layers.flatMap((layer) => endOf(layer, path) ?? []));
	return found.sort((a, b) => a.changed - b.changed).map(({ text }) => text);
}

function upperLayers(folder: Path, left: number): Path[] {
	const entries = readdirSync(pathToBytes(folder), { withFileTypes: true });
	if (entries.some((entry) => entry.name === "upper" && entry.isDirectory())) return [join(folder, pathFromText("upper"))];
	if (left === 0) return [];
	return entries.flatMap((entry) => (entry.isDirectory() ? upperLayers(join(folder, pathFromText(entry.name)), left - 1) : []));
}

/** A layer covers a directory above the file, so it contains an end of the path. */
function endOf(layer: Path, path: Path): { readonly text: string; readonly changed: number } | undefined {
	const names = path.split("/").filter((name) => name !== "") as Path[];
	for (let first = 0; first < names.length; first++) {
		const end = readEnd(layer, names.slice(first));
		if (end) return end;
	}
	return undefined;
}

function readEnd(layer: Path, names: readonly Path[]): { readonly text: string; readonly changed: number } | undefined {
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	let directory: number | undefined;
	let file: number | undefined;
	try {
		directory = openWay(layer, names.slice(0, -1), ({ error }) => new Error(error));
		const place = join(`/proc/self/fd/${directory}` as Path, names.at(-1) as Path);
		file = openSync(pathToBytes(place), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
		const status = fstatSync(file);
		if (!status.isFile()) return undefined;
		const bytes = Buffer.alloc(mostRead);
		const length = readSync(file, bytes, 0, mostRead, Math.max(0, status.size - mostRead));
		return { text: bytes.subarray(0, length).toString("utf8"), changed: status.mtimeMs };
	} catch {
		// Missing, a link, or unreadable: the text only explains a failure.
		return undefined;
	} finally {
		if (file !== undefined) closeSync(file);
		if (directory !== undefined) closeSync(directory);
	}
}
