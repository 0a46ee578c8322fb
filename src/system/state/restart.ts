import { watch, writeFileSync } from "node:fs";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { errorName } from "../files/errors.ts";
import { readTextSync } from "../files/text-files.ts";

/**
 * An update asks a `run` in the foreground to restart via this file in the cage's folder, which contains a generation's number.
 * The `run` appends how many seconds the application has to end.
 */
export const restartRequest = pathFromText("restart");

/** Calls `listener` with each requested generation. Returns a function that stops listening. */
export function onRestartRequest(
	cage: Path,
	listener: (generation: number, answer: (stopSeconds: number) => void) => void,
): () => void {
	const file = join(cage, restartRequest);
	const look = () => {
		// A request with an answer is already handled.
		const generation = Number(read(file));
		if (Number.isSafeInteger(generation) && generation > 0) listener(generation, (seconds) => answer(file, generation, seconds));
	};
	try {
		const watcher = watch(pathToText(cage) ?? "", { persistent: false }, (_, changed) => {
			if (changed === restartRequest) look();
		});
		// A removed folder must not end what runs.
		watcher.on("error", () => {});
		return () => watcher.close();
	} catch (error) {
		// Without inotify watches it runs anyway, and must be restarted by hand.
		if (errorName(error) === undefined) throw error;
		return () => {};
	}
}

function read(path: Path): string {
	try {
		return readTextSync(path);
	} catch {
		return "";
	}
}

/** Without an answer, the update only waits for less time. */
function answer(file: Path, generation: number, seconds: number): void {
	try {
		writeFileSync(pathToBytes(file), `${generation} ${seconds}\n`);
	} catch (error) {
		if (errorName(error) === undefined) throw error;
	}
}

/** The seconds in the answer to a request for this generation. Undefined until there is one. */
export function restartAnswer(cage: Path, generation: number): number | undefined {
	const [, answered, seconds] = /^(\d+) (\d+)\n$/.exec(read(join(cage, restartRequest))) ?? [];
	return Number(answered) === generation ? Number(seconds) : undefined;
}
