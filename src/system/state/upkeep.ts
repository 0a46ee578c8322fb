import { watch, writeFileSync } from "node:fs";
import * as v from "valibot";
import type { SyscallName } from "../../core/confinement/seccomp/syscalls.ts";
import type { StoredReaction } from "../../core/detection/reaction.ts";
import { watchedCalls } from "../../core/failure-watch/calls.ts";
import type { WatchResult } from "../../core/failure-watch/result.ts";
import { join, type Path, parent, pathFromText, pathSchema, pathToBytes, pathToJson, pathToText } from "../../core/path/path.ts";
import type { StaleMark, Upkeep } from "../../engine/store.ts";
import { attempt, errorName } from "../files/errors.ts";
import { removeTree } from "../files/remove.ts";
import { readTextSync } from "../files/text-files.ts";
import { alarmSchema } from "./alarms.ts";
import { writeJson } from "./atomic.ts";
import { refuseUnsafe } from "./folder.ts";
import { readJson } from "./state-file.ts";
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
	/** Removes the file if there is no value. */
	const write = async (path: Path, value: unknown) => {
		refuseUnsafe(parent(path));
		if (value === undefined) await removeTree(path);
		else await writeJson(path, value);
	};
	return {
		switching: (name) => readSwitching(directory(name)),
		saveSwitching: (name, switching) => writeSwitching(directory(name), switching),
		requestRestart: (name, generation) => write(join(directory(name), restartRequest), generation),
		restartAnswer: (name, generation) => restartAnswer(directory(name), generation),
		staleMark: (name) => readStaleMark(join(directory(name), staleMark)),
		markStale: (name, mark) => write(join(directory(name), staleMark), mark),
		lookedAt: (name) => readJson(join(directory(name), lookedName), v.number()).catch(() => undefined),
		noteLook: (name, time) => write(join(directory(name), lookedName), time),
		watched: (name) => readWatched(join(directory(name), watchedName)),
		acknowledgements: async (name) => (await readJson(join(directory(name), acknowledgedName), acknowledgedSchema)) ?? [],
		saveAcknowledgements: (name, all) => write(join(directory(name), acknowledgedName), all.length ? all : undefined),
		reactions: async (name) =>
			((await readJson(join(directory(name), reactionsName), reactionsSchema)) ?? []) as readonly StoredReaction[],
		saveReactions: (name, all) => write(join(directory(name), reactionsName), all.length ? all : undefined),
		saveWatched: (name, watched) => write(join(directory(name), watchedName), watched && watchedToJson(watched)),
	};
}

const staleMark = pathFromText("stale");

const staleSchema = v.object({ since: v.string(), packages: v.array(v.string()), security: v.boolean() });

/** The mark is only a hint, which the next check recreates, so an unreadable one counts as absent. */
function readStaleMark(path: Path): Promise<StaleMark | undefined> {
	return readJson(path, staleSchema).catch(() => undefined);
}

/** Beside the description, because exports and rebuilds do not concern it: only this machine's administrators decide here. */
const acknowledgedName = pathFromText("acknowledged.json");

const acknowledgedSchema = v.array(
	v.object({ id: v.string(), facts: v.string(), by: v.string(), at: v.string(), until: v.exactOptional(v.string()) }),
);

const lookedName = pathFromText("looked");

const reactionsName = pathFromText("reactions.json");

const reactionsSchema = v.array(
	v.object({
		reaction: v.picklist(["stop", "freeze", "command"]),
		alarm: alarmSchema,
		state: v.picklist(["pending", "failed", "done"]),
		at: v.pipe(v.string(), v.isoTimestamp()),
		watch: v.object({ pid: v.number(), start: v.string(), boot: v.string(), namespace: v.string() }),
		units: v.exactOptional(v.array(v.string())),
		by: v.exactOptional(v.picklist(["SIGTERM", "SIGKILL"])),
		processes: v.exactOptional(v.number()),
		problem: v.exactOptional(v.object({ code: v.string(), values: v.record(v.string(), v.union([v.string(), v.number()])) })),
	}),
);

const watchedName = pathFromText("watched.json");

const watchedSchema = v.object({
	since: v.string(),
	until: v.string(),
	seconds: v.number(),
	full: v.exactOptional(v.boolean()),
	failures: v.array(v.object({ path: pathSchema, call: v.string(), error: v.string() })),
});

function watchedToJson({ failures, ...watched }: WatchResult): unknown {
	return { ...watched, failures: failures.map(({ call, error, path }) => ({ path: pathToJson(path), call, error })) };
}

/** An unreadable file counts as absent; the next watch starts again. */
async function readWatched(file: Path): Promise<WatchResult | undefined> {
	const read = await readJson(file, watchedSchema).catch(() => undefined);
	if (read === undefined) return undefined;
	const failures = read.failures.flatMap((failure) => {
		const does = watchedCalls.get(failure.call as SyscallName);
		return does === undefined ? [] : [{ ...failure, does }];
	});
	return { ...read, failures };
}
