import { watch, writeFileSync } from "node:fs";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { errorName } from "../files/errors.ts";
import { readTextSync } from "../files/text-files.ts";

/**
 * How an update tells whoever runs a cage in the foreground to start it again: a file beside the cage with the number of a generation. Who does writes behind
 * it how many seconds the application has to end.
 */
export const restartRequest = pathFromText("restart");

/** Calls `listener` with the generation that is asked for, each time it is. Returns a function that stops listening. */
export function onRestartRequest(
	cage: Path,
	listener: (generation: number, answer: (stopSeconds: number) => void) => void,
): () => void {
	const file = join(cage, restartRequest);
	const look = () => {
		// What has an answer already is somebody else's, or our own.
		const generation = Number(read(file));
		if (Number.isSafeInteger(generation) && generation > 0) listener(generation, (seconds) => answer(file, generation, seconds));
	};
	try {
		const watcher = watch(pathToText(cage) ?? "", { persistent: false }, (_, changed) => {
			if (changed === restartRequest) look();
		});
		// A folder that is removed is no reason to end what runs.
		watcher.on("error", () => {});
		return () => watcher.close();
	} catch (error) {
		// Out of inotify watches: it runs all the same, and is started again by hand.
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

/** Whoever asked waits for less time where this cannot be written. */
function answer(file: Path, generation: number, seconds: number): void {
	try {
		writeFileSync(pathToBytes(file), `${generation} ${seconds}\n`);
	} catch (error) {
		if (errorName(error) === undefined) throw error;
	}
}

/** The seconds in an answer to a request for this generation; undefined where there is none yet. */
export function restartAnswer(cage: Path, generation: number): number | undefined {
	const [, answered, seconds] = /^(\d+) (\d+)\n$/.exec(read(join(cage, restartRequest))) ?? [];
	return Number(answered) === generation ? Number(seconds) : undefined;
}
