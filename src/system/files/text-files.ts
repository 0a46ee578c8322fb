import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Failure } from "../../core/failure.ts";
import type { Files } from "../../core/machine/facts.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Documents } from "../../engine/ports.ts";
import { openForReading } from "./descriptor.ts";
import { attempt, errorName, ifMissing } from "./errors.ts";

/** Bytes; far more than the largest of our files. */
const mostStateBytes = 256 * 1024 * 1024;

/**
 * The content of one of our own files. Follows and waits for nothing. Throws `state-not-regular` or `state-too-large` (exit 1) for
 * anything but a regular file of usual size, otherwise like open(2).
 */
export async function readBytes(path: Path): Promise<Buffer> {
	await using file = await openForReading(path).catch(refuseNoFile(path));
	requireUsual(path, await file.stat());
	return await file.readFile();
}

export async function readText(path: Path): Promise<string> {
	return (await readBytes(path)).toString("utf8");
}

/** The same; undefined if there is no file. */
export function readTextIfAny(path: Path): Promise<string | undefined> {
	return readText(path).catch(ifMissing(undefined));
}

/** Synchronous `readText`. */
export function readTextSync(path: Path): string {
	const file = openStateFile(path);
	try {
		requireUsual(path, fstatSync(file));
		return readFileSync(file, "utf8");
	} finally {
		closeSync(file);
	}
}

function openStateFile(path: Path): number {
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	try {
		return openSync(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	} catch (error) {
		return refuseNoFile(path)(error);
	}
}

/** Throws unless it is a regular file of a size that one of our files can have. */
export function requireUsual(path: Path, stats: Pick<Stats, "isFile" | "size">): void {
	if (!stats.isFile()) throw new Failure("state-not-regular", { path: showPath(path) });
	if (stats.size > mostStateBytes) throw new Failure("state-too-large", { path: showPath(path), bytes: stats.size });
}

/** For `catch`: a link, or a socket or device that cannot be opened, is no regular file. */
function refuseNoFile(path: Path): (error: unknown) => never {
	return (error) => {
		throw ["ELOOP", "ENXIO"].includes(errorName(error) ?? "")
			? new Failure("state-not-regular", { path: showPath(path) })
			: error;
	};
}

/** Maximum bytes of a document, packed and unpacked. A longer one is no manual page of a service. */
const longest = 4 * 1024 * 1024;

/** Documentation on this machine. Unreadable files count as absent. */
export function systemDocuments(files: Pick<Files, "read" | "resolve">): Documents {
	return {
		text(path) {
			const real = files.resolve(path);
			const content = real === undefined ? undefined : files.read(real, longest);
			if (content === undefined) return undefined;
			if (!real?.endsWith(".gz")) return content.toString("utf8");
			return attempt(() => gunzipSync(content, { maxOutputLength: longest }).toString("utf8"));
		},
	};
}
