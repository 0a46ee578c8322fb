import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { openForReading } from "./descriptor.ts";
import { errorName } from "./errors.ts";

/**
 * The content of a file of our own. Empty where a link, a directory, a FIFO or a device is in its place, which is damage to its reader: nothing is
 * followed and nothing waited for. Fails as open(2) does.
 */
export async function readBytes(path: Path): Promise<Buffer> {
	const file = await openForReading(path).catch((error: unknown) => {
		if (isNoFile(error)) return undefined;
		throw error;
	});
	try {
		return (await file?.stat())?.isFile() ? ((await file?.readFile()) ?? empty) : empty;
	} finally {
		await file?.close();
	}
}

export async function readText(path: Path): Promise<string> {
	return (await readBytes(path)).toString("utf8");
}

/** `readText` for callers that cannot wait. */
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

/** A link, or a socket. */
function isNoFile(error: unknown): boolean {
	return ["ELOOP", "ENXIO"].includes(errorName(error) ?? "");
}
