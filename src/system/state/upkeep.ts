import * as v from "valibot";
import { join, type Path, parent, pathFromJson, pathFromText, pathToJson } from "../../core/path/path.ts";
import { watchedCalls } from "../../core/watch/probe.ts";
import type { WatchResult } from "../../core/watch/watch-result.ts";
import type { StaleMark, Upkeep } from "../../engine/store.ts";
import { removeTree } from "../files/remove.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { refuseUnsafe } from "./folder.ts";
import { restartAnswer, restartRequest } from "./restart.ts";
import { readSwitching, writeSwitching } from "./unfinished.ts";

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
