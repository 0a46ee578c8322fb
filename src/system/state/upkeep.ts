import { watch, writeFileSync } from "node:fs";
import * as v from "valibot";
import {
	join,
	type Path,
	parent,
	pathFromJson,
	pathFromText,
	pathToBytes,
	pathToJson,
	pathToText,
} from "../../core/path/path.ts";
import type { WatchResult } from "../../core/watch/watch-result.ts";
import { watchedCalls } from "../../core/watch/watched-calls.ts";
import type { StaleMark, Upkeep } from "../../engine/store.ts";
import { attempt, errorName } from "../files/errors.ts";
import { removeTree } from "../files/remove.ts";
import { readText, readTextSync } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { refuseUnsafe } from "./folder.ts";
import { readSwitching, writeSwitching } from "./unfinished.ts";

/**
 * An update asks a `run` in the foreground to restart via this file in the cage's folder, which contains a generation's number.
 * The `run` appends how many seconds the application has to end.
 */
const restartRequest = pathFromText("restart");

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
	return attempt(() => readTextSync(path)) ?? "";
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
function restartAnswer(cage: Path, generation: number): number | undefined {
	const [, answered, seconds] = /^(\d+) (\d+)\n$/.exec(read(join(cage, restartRequest))) ?? [];
	return Number(answered) === generation ? Number(seconds) : undefined;
}

/** `directory` is a cage's own folder. */
export function upkeep(directory: (name: string) => Path): Upkeep {
	/** Removes the file if there is no text. */
	const write = async (path: Path, text: string | undefined) => {
		refuseUnsafe(parent(path));
		if (text === undefined) await removeTree(path);
		else await writeAtomic(path, text);
	};
	return {
		switching: (name) => readSwitching(directory(name)),
		saveSwitching: (name, switching) => writeSwitching(directory(name), switching),
		requestRestart: (name, generation) => write(join(directory(name), restartRequest), `${generation}\n`),
		restartAnswer: (name, generation) => restartAnswer(directory(name), generation),
		staleMark: (name) => readStaleMark(join(directory(name), staleMark)),
		markStale: (name, mark) => write(join(directory(name), staleMark), mark && `${JSON.stringify(mark)}\n`),
		watched: (name) => readWatched(join(directory(name), watchedName)),
		saveWatched: (name, watched) => write(join(directory(name), watchedName), watched && watchedToText(watched)),
	};
}

const staleMark = pathFromText("stale");

const staleSchema = v.object({ since: v.string(), packages: v.array(v.string()), security: v.boolean() });

/** The mark is only a hint, which the next check recreates, so an unreadable one counts as absent. */
async function readStaleMark(path: Path): Promise<StaleMark | undefined> {
	try {
		return v.parse(staleSchema, JSON.parse(await readText(path)));
	} catch {
		return undefined;
	}
}

const watchedName = pathFromText("watched.json");

const path = v.union([v.string(), v.object({ base64: v.string() })]);
const watchedSchema = v.object({
	since: v.string(),
	until: v.string(),
	seconds: v.number(),
	full: v.optional(v.boolean(), false),
	failures: v.array(v.object({ path, call: v.string(), error: v.string() })),
});

function watchedToText({ failures, ...watched }: WatchResult): string {
	return `${JSON.stringify({ ...watched, failures: failures.map(({ call, error, path }) => ({ path: pathToJson(path), call, error })) })}\n`;
}

/** An unreadable file counts as absent; the next watch starts again. */
async function readWatched(file: Path): Promise<WatchResult | undefined> {
	try {
		const { failures, full, ...watched } = v.parse(watchedSchema, JSON.parse(await readText(file)));
		return {
			...watched,
			...(full ? { full } : {}),
			failures: failures.flatMap(({ call, error, path }) => {
				const does = watchedCalls.find(({ name }) => name === call)?.does;
				return does === undefined ? [] : [{ path: pathFromJson(path), call, error, does }];
			}),
		};
	} catch {
		return undefined;
	}
}
