import { readFileSync, watch } from "node:fs";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { errorName } from "../files/errors.ts";

/** How an update tells whoever runs a cage in the foreground to start it again: a file beside the cage with the number of a generation. */
export const restartRequest = pathFromText("restart");

/** Calls `listener` with the generation that is asked for, each time it is. Returns a function that stops listening. */
export function onRestartRequest(cage: Path, listener: (generation: number) => void): () => void {
	const look = () => {
		const generation = Number(read(join(cage, restartRequest)));
		if (Number.isSafeInteger(generation) && generation > 0) listener(generation);
	};
	try {
		const watcher = watch(pathToText(cage) ?? "", { persistent: false }, (_, file) => {
			if (file === restartRequest) look();
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
		return readFileSync(pathToBytes(path), "utf8");
	} catch {
		return "";
	}
}
