import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Failure } from "../failure.ts";
import { type Path, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { errorName, writeFailure } from "./errors.ts";
import { readTextIfAny, requireUsual } from "./text-files.ts";

/** One line of a cage's log: the action and its time. */
interface LogLine {
	/** ISO 8601, UTC. */
	readonly time: string;
	/** One word: `build`, `trial`, `update`, `rollback`, `remove`… */
	readonly action: string;
	readonly details: unknown;
}

/** Appends a line `TIME ACTION JSON` with a single write, so that two writers never mix. JSON contains no line breaks. */
export async function appendLog(log: Path, { time, action, details }: LogLine): Promise<void> {
	const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
	try {
		await using file = await open(pathToBytes(log), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
		requireUsual(log, await file.stat());
		const line = Buffer.from(`${time} ${action.replace(/\s/g, "-")} ${JSON.stringify(details ?? {})}\n`);
		const begun = (await endsLine(file)) ? line : Buffer.concat([Buffer.from("\n"), line]);
		// A full disk accepts a part of it without an error.
		const { bytesWritten } = await file.write(begun);
		if (bytesWritten < begun.length) throw new Failure("disk-full", { path: showPath(log) }, 1);
		await file.sync();
	} catch (error) {
		const isOther = ["EISDIR", "ELOOP", "ENXIO"].includes(errorName(error) ?? "");
		throw isOther ? new Failure("state-not-regular", { path: showPath(log) }) : writeFailure(error, log);
	}
}

/** False after a line that a power failure or a full disk cut off: the next line must not become part of it. */
async function endsLine(file: FileHandle): Promise<boolean> {
	const { size } = await file.stat();
	if (size === 0) return true;
	const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
	return buffer[0] === 0x0a;
}

/** All complete lines. */
export async function readLog(log: Path): Promise<LogLine[]> {
	const text = (await readTextIfAny(log)) ?? "";
	return text.split("\n").flatMap((line) => {
		const [, time, action, json] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
		if (time === undefined || action === undefined || json === undefined) return [];
		try {
			return [{ time, action, details: JSON.parse(json) as unknown }];
		} catch {
			return [];
		}
	});
}
