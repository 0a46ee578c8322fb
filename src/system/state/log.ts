import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { errorName, writeFailure } from "../files/errors.ts";

/** One line of a cage's log: what was done with it, and when. */
export interface LogLine {
	/** ISO 8601, UTC. */
	readonly time: string;
	/** The verb, in one word: `build`, `trial`, `update`, `rollback`, `remove`… */
	readonly action: string;
	readonly details: unknown;
}

/** Adds a line `TIME ACTION JSON` in one write, so that two writers never mix. JSON keeps line breaks out of it. */
export async function appendLog(log: Path, { time, action, details }: LogLine): Promise<void> {
	const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
	try {
		const file = await open(pathToBytes(log), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
		try {
			await file.write(`${time} ${action.replace(/\s/g, "-")} ${JSON.stringify(details ?? {})}\n`);
			await file.sync();
		} finally {
			await file.close();
		}
	} catch (error) {
		throw writeFailure(error, log);
	}
}

/** The lines so far; one that was cut by a power failure is left out. */
export async function readLog(log: Path): Promise<LogLine[]> {
	const text = await readFile(pathToBytes(log), "utf8").catch((error: unknown) => {
		if (errorName(error) === "ENOENT") return "";
		throw error;
	});
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
