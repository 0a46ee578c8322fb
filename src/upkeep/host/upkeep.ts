import { watch, writeFileSync } from "node:fs";
import * as v from "valibot";
import { noteSchema } from "../../base/failure.ts";
import { attempt, errorName } from "../../base/host/errors.ts";
import { refuseUnsafe } from "../../base/host/folder.ts";
import { isNewer, programVersion } from "../../base/host/release.ts";
import { removeTree } from "../../base/host/remove.ts";
import { readJson, readTextSync, writeAtomic, writeJson } from "../../base/host/text-files.ts";
import { join, type Path, parent, pathFromText, pathSchema, pathToBytes, pathToJson, pathToText } from "../../base/path/path.ts";
import type { WatchResult } from "../../cage/cage.ts";
import { readSwitching, writeSwitching } from "../../cage/host/unfinished.ts";
import type { SyscallName } from "../../confine/seccomp/syscalls.ts";
import { watchedCalls } from "../../failure-watch/calls.ts";
import { alarmSchema } from "../../watch/host/alarms.ts";
import type { StoredReaction } from "../../watch/reaction.ts";
import type { RestartAnswer, StaleMark, Upkeep } from "../ports.ts";

/**
 * An update asks a `run` in the foreground to restart via this file in the cage's folder, which contains a generation's number and the
 * update's version. The `run` replaces that by how many seconds the application has to end. A `run` of an older version cannot read what
 * a newer one built, so it refuses (`-`). That of 0.1.0, which would stop for ever, knows the file only by another name.
 */
const restartRequest = pathFromText("restart-request");

/** Calls `listener` with each requested generation. Returns a function that stops listening. */
export function onRestartRequest(
	cage: Path,
	listener: (generation: number, answer: (stopSeconds: number) => void) => void,
): () => void {
	const file = join(cage, restartRequest);
	// The files of this program may be those of another version by then.
	const own = programVersion();
	const look = () => {
		// A request with an answer is already handled.
		const [, generation, version] = /^([1-9]\d*) v(\S+)\n$/.exec(read(file)) ?? [];
		if (generation === undefined || version === undefined) return;
		if (isNewer(version, own)) answer(file, `${generation} -`);
		else listener(Number(generation), (seconds) => answer(file, `${generation} ${seconds}`));
	};
	try {
		const watcher = watch(pathToText(cage) ?? "", { persistent: false }, (_, changed) => {
			if (changed === pathToText(restartRequest)) look();
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
function answer(file: Path, text: string): void {
	try {
		writeFileSync(pathToBytes(file), `${text}\n`);
	} catch (error) {
		if (errorName(error) === undefined) throw error;
	}
}

function restartAnswer(cage: Path, generation: number): RestartAnswer | undefined {
	const [, answered, seconds] = /^(\d+) (\d+|-)\n$/.exec(read(join(cage, restartRequest))) ?? [];
	if (Number(answered) !== generation) return undefined;
	return seconds === "-" ? "refused" : Number(seconds);
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
		async requestRestart(name, generation) {
			const file = join(directory(name), restartRequest);
			refuseUnsafe(parent(file));
			await writeAtomic(file, `${generation} v${programVersion()}\n`);
		},
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
		problem: v.exactOptional(noteSchema),
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
