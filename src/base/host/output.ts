import { type BigIntStats, constants, readdirSync, readFileSync, readlinkSync, write } from "node:fs";
import { access, type FileHandle, open, rmdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";
import { baseName, type Path, pathFromText, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { below, descriptorPath, pathOnly } from "./descriptor.ts";
import { attempt, errorName } from "./errors.ts";
import { targetOf } from "./folder.ts";
import { openPlace, outputFailure, type Place, publishInstead, publishNew, withTemporary } from "./place.ts";
import { runIn } from "./tools.ts";

/** Writes what a user names with `-o`. Replaces only regular files, and never follows a link. Other nodes stay what they are. */

export interface OutputRequest {
	/** Absolute. */
	readonly path: Path;
	/** Recognises a file that may be replaced by its beginning. Default: nothing is replaced. */
	readonly isOurs?: (beginning: string) => boolean;
	/** Replaces any regular file. */
	readonly force?: boolean;
	/** Of a new file. An existing one keeps its owner, mode, access control list and extended attributes. Default: 0600. */
	readonly mode?: number;
	readonly signal: AbortSignal;
}

export interface Output extends AsyncDisposable {
	/** Absent for stdout. */
	readonly path?: Path;
	/** False for a device, a FIFO or a descriptor. */
	readonly isFile: boolean;
	write(text: string): Promise<void>;
}

/**
 * Refuses an unusable place before any work. A FIFO is opened at once, so that one without a reader fails. Throws `output-foreign`,
 * `output-of-another` or `output-is-…` (exit 4), `output-is-folder`, `file-exists` or `no-such-directory` (exit 2),
 * `output-no-reader` (exit 1), and failures of writing.
 */
export async function openOutput(request: OutputRequest): Promise<Output> {
	const place = await openPlace(request.path);
	try {
		await using node = await openNode(place, request);
		if (node !== undefined && !node.stats.isFile()) return await openSpecial(place, node, request.signal);
		await access(pathToBytes(place.at(".")), constants.W_OK | constants.X_OK);
		if (node !== undefined) await requireReplaceable(place);
		return {
			path: place.path,
			isFile: true,
			write: (text) => writeFile(place, request, text),
			[Symbol.asyncDispose]: () => close(place),
		};
	} catch (error) {
		await close(place);
		throw outputFailure(error, place.path);
	}
}

/**
 * rmdir(2) never removes a file, but first makes every check of a removal: sticky directories and chattr(1). An append-only directory
 * would keep our temporary file, too.
 */
async function requireReplaceable(place: Place): Promise<void> {
	await rmdir(pathToBytes(place.at(place.name))).catch((error: unknown) => {
		if (errorName(error) !== "ENOTDIR") throw error;
	});
}

const close = (place: Place) => place[Symbol.asyncDispose]();

/** A node that was found at a place, opened without reading or writing it. */
interface Node extends AsyncDisposable {
	readonly file: FileHandle;
	readonly stats: BigIntStats;
}

/** Opens what is at the place, if that may be written or replaced. Returns undefined if nothing is there. */
async function openNode(place: Place, request: OutputRequest): Promise<Node | undefined> {
	const file = await open(pathToBytes(place.at(place.name)), pathOnly | constants.O_NOFOLLOW).catch((error: unknown) => {
		if (errorName(error) === "ENOENT") return undefined;
		throw error;
	});
	if (file === undefined) return undefined;
	try {
		const stats = await file.stat({ bigint: true });
		await refuse(place, { file, stats }, request);
		return { file, stats, [Symbol.asyncDispose]: () => file.close() };
	} catch (error) {
		await file.close();
		throw error;
	}
}

async function refuse(
	place: Place,
	{ file, stats }: Pick<Node, "file" | "stats">,
	{ force, isOurs }: OutputRequest,
): Promise<void> {
	const path = showPath(place.path);
	if (isOurs === undefined) throw new Failure("file-exists", { path }, 2);
	if (stats.isSymbolicLink()) {
		const target = attempt(() => showPath(targetOf(place.at(place.name)))) ?? "?";
		throw new Failure("output-is-link", { path, target }, 4);
	}
	if (stats.isDirectory()) throw new Failure("output-is-folder", { path }, 2);
	if (stats.isSocket()) throw new Failure("output-is-socket", { path }, 4);
	if (stats.isBlockDevice()) throw new Failure("output-is-disk", { path }, 4);
	if (stats.isCharacterDevice() && !takesText(stats.rdev)) throw new Failure("output-is-device", { path }, 4);
	if (!stats.isFile()) return;
	if (await isPlanted(place, stats.uid)) throw new Failure("output-of-another", { path }, 4);
	if (!force && !isOurs(await beginningOf(file))) throw new Failure("output-foreign", { path }, 4);
}

/**
 * Whether somebody else may have put the file there, for whom it would then be kept readable: a directory that others can write
 * contains a file of an account that neither the directory nor we belong to. The kernel protects root in the same way
 * (fs.protected_regular of sysctl(8)).
 */
async function isPlanted({ directory }: Place, owner: bigint): Promise<boolean> {
	const { mode, uid } = await directory.stat();
	return (mode & 0o022) !== 0 && ![0, uid, process.geteuid?.()].includes(Number(owner));
}

const beginningBytes = 1 << 16;

/** Empty if the file cannot be read. */
async function beginningOf(file: FileHandle): Promise<string> {
	try {
		await using reader = await open(pathToBytes(below(file)), constants.O_RDONLY | constants.O_NONBLOCK);
		const bytes = Buffer.alloc(beginningBytes);
		let length = 0;
		for (let last = -1; last !== 0; length += last) {
			last = (await reader.read(bytes, length, beginningBytes - length, null)).bytesRead;
		}
		return bytes.toString("utf8", 0, length);
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return "";
	}
}

/** Another command that writes the same file may come first, several times. */
const mostAttempts = 10;

async function writeFile(place: Place, request: OutputRequest, text: string): Promise<void> {
	await withTemporary(place, async (file, temporary) => {
		await file.writeFile(text);
		for (let attempts = 1; ; attempts++) {
			try {
				return await publish(place, request, file, temporary);
			} catch (error) {
				const isOvertaken = error instanceof Failure && ["file-exists", "output-changed"].includes(error.code);
				if (!isOvertaken || attempts === mostAttempts) throw error;
			}
		}
	});
}

/** Looks again, because another process may have changed the place since it was opened. */
async function publish(place: Place, request: OutputRequest, file: FileHandle, temporary: Path): Promise<void> {
	await using present = await openNode(place, request);
	if (present !== undefined && !present.stats.isFile()) throw new Failure("output-changed", { path: showPath(place.path) }, 1);
	if (present === undefined) await setMode(file, request.mode ?? 0o600);
	else await copyAttributes(place, present, file);
	await file.sync();
	request.signal.throwIfAborted();
	if (present === undefined) await publishNew(place, temporary);
	else await publishInstead(place, temporary, present.stats);
}

/** Does without on a file system such as FAT, where all files have the same mode. */
async function setMode(file: FileHandle, mode: number): Promise<void> {
	const present = (await file.stat()).mode & 0o7777;
	if (present === mode) return;
	await file.chmod(mode).catch((error: unknown) => {
		if (errorName(error) !== "EPERM" || present === 0o600) throw error;
	});
}

/** Node cannot read access control lists and extended attributes, so cp(1) copies them. */
async function copyAttributes({ directory }: Place, { file: from, stats }: Node, to: FileHandle): Promise<void> {
	const { gid, uid } = await to.stat();
	if (gid !== Number(stats.gid) || uid !== Number(stats.uid)) await to.chown(Number(stats.uid), Number(stats.gid));
	await setMode(to, Number(stats.mode) & 0o7777);
	const paths = [from, to].map(descriptorPath);
	await runIn(directory, "cp", ["--attributes-only", "--preserve=all", "--no-preserve=timestamps", ...paths]);
}

/** Terminals (admin-guide/devices of the kernel: majors 4, 5, 136 to 143), and /dev/null, /dev/zero and /dev/full (major 1). */
function takesText(device: bigint): boolean {
	const [major, minor] = [Number((device >> 8n) & 0xfffn), Number((device & 0xffn) | ((device >> 12n) & 0xfff00n))];
	if (major === 1) return [3, 5, 7].includes(minor);
	if (major === 4 || major === 5 || (major >= 136 && major <= 143)) return true;
	const kind = attempt(() => readlinkSync(`/sys/dev/char/${major}:${minor}/subsystem`));
	return kind !== undefined && baseName(kind as Path) === "tty";
}

/** Opens a device or FIFO for writing. It is not created, truncated or waited for. */
async function openSpecial(place: Place, node: Node, signal: AbortSignal): Promise<Output> {
	const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants;
	const file = await open(pathToBytes(below(node.file)), O_WRONLY | O_NONBLOCK | O_NOCTTY).catch((error: unknown) => {
		if (errorName(error) === "ENXIO" && node.stats.isFIFO())
			throw new Failure("output-no-reader", { path: showPath(place.path) }, 1);
		throw error;
	});
	return {
		path: place.path,
		isFile: false,
		write: (text) => writeAll(file, text, place.path, signal),
		[Symbol.asyncDispose]: async () => {
			await file.close();
			await close(place);
		},
	};
}

/** Waits while the reader is slow, because the file was opened without waiting. */
async function writeAll(file: FileHandle | number, text: string, path: Path, signal: AbortSignal): Promise<void> {
	const bytes = Buffer.from(text);
	for (let done = 0; done < bytes.length; ) {
		signal.throwIfAborted();
		try {
			done += typeof file === "number" ? await writeTo(file, bytes.subarray(done)) : (await file.write(bytes, done)).bytesWritten;
		} catch (error) {
			if (errorName(error) === "EPIPE") throw new Failure("output-reader-gone", { path: showPath(path) }, 1);
			if (errorName(error) !== "EAGAIN") throw outputFailure(error, path);
			await sleep(10, undefined, { signal });
		}
	}
}

const writeTo = (descriptor: number, bytes: Buffer) =>
	new Promise<number>((resolve, reject) => {
		write(descriptor, bytes, (error, written) => (error ? reject(error) : resolve(written)));
	});

/**
 * Writes to a descriptor that the caller opened. Throws `output-descriptor` (exit 2) if it is not open for writing, or belongs to
 * Node: those are no files, or pipes of which this process has both ends.
 */
export function openDescriptor(descriptor: number, signal: AbortSignal): Output {
	const path = pathFromText(`/dev/fd/${descriptor}`);
	if (!isOfCaller(descriptor)) throw new Failure("output-descriptor", { descriptor }, 2);
	return {
		path,
		isFile: false,
		write: (text) => writeAll(descriptor, text, path, signal),
		[Symbol.asyncDispose]: async () => {},
	};
}

function isOfCaller(descriptor: number): boolean {
	const target = linkOf(descriptor);
	if (target === undefined || target.startsWith("anon_inode:") || !isWritable(descriptor)) return false;
	return !target.startsWith("pipe:") || !openDescriptors().some((one) => linkOf(one) === target && !isWritable(one));
}

const openDescriptors = () => readdirSync("/proc/self/fd").map(Number);
const linkOf = (descriptor: number) => attempt(() => readlinkSync(`/proc/self/fd/${descriptor}`));

/** By the access mode in `flags`, which is octal (proc_pid_fdinfo(5)). */
function isWritable(descriptor: number): boolean {
	const text = attempt(() => readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")) ?? "";
	const [, flags = "0"] = /^flags:\s*(\d+)$/m.exec(text) ?? [];
	return (Number.parseInt(flags, 8) & 3) !== constants.O_RDONLY;
}
