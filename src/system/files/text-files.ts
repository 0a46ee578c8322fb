import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Files } from "../../core/machine/facts.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import type { Documents } from "../../engine/ports.ts";
import { openForReading } from "./descriptor.ts";
import { errorName, ifMissing } from "./errors.ts";

/**
 * The content of one of our own files. Empty if it is a link, directory, FIFO or device, which the reader treats as damage.
 * Follows and waits for nothing. Throws like open(2).
 */
export async function readBytes(path: Path): Promise<Buffer> {
	await using file = await openForReading(path).catch((error: unknown) => {
		if (isNoFile(error)) return undefined;
		throw error;
	});
	return (await file?.stat())?.isFile() ? ((await file?.readFile()) ?? empty) : empty;
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
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	let file: number;
	try {
		file = openSync(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	} catch (error) {
		if (isNoFile(error)) return "";
		throw error;
	}
	try {
		return fstatSync(file).isFile() ? readFileSync(file, "utf8") : "";
	} finally {
		closeSync(file);
	}
}

const empty = Buffer.alloc(0);

/** A link or a socket. */
function isNoFile(error: unknown): boolean {
	return ["ELOOP", "ENXIO"].includes(errorName(error) ?? "");
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
			try {
				return gunzipSync(content, { maxOutputLength: longest }).toString("utf8");
			} catch {
				return undefined;
			}
		},
	};
}
