import type { Files } from "../base/machine/facts.ts";
import { type Path, type PathJson, pathFromJson, pathToJson } from "../base/path/path.ts";
import type { Plan } from "../plan/plan.ts";

/** Unfinished wizard sessions. Their fields are plain values, which this store does not interpret. */
export interface Sessions {
	/** All sessions, latest first. Changes nothing. */
	list(): Promise<readonly StoredSession[]>;
	/** Creates a session and opens it. */
	create(): Promise<HeldSession>;
	/**
	 * Opens a session. Throws `session-unknown`, `session-open` with the pid of its holder, `session-newer`, or `session-damaged`
	 * after moving it out of the way.
	 */
	open(id: string): Promise<OpenedSession>;
	/** Renames an unreadable session for later inspection. Returns its path. */
	quarantine(id: string): Promise<string>;
	/** Throws `session-unknown` or `session-open`. */
	remove(id: string): Promise<void>;
}

export interface StoredSession {
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly savedAt: number;
	/** The pid of the process that has it open. */
	readonly holder?: number;
	readonly path: string;
	/** `aside`: damaged, and renamed earlier. */
	readonly problem?: "damaged" | "newer" | "aside";
	/** The small fields. Empty if there is a problem. */
	readonly fields: Readonly<Record<string, unknown>>;
}

export interface OpenedSession {
	readonly held: HeldSession;
	readonly savedAt: number;
	/** All readable fields; damaged ones are missing. */
	readonly fields: Readonly<Record<string, unknown>>;
}

/** A session that no other process can open. */
export interface HeldSession {
	readonly id: string;
	/** Replaces these fields. A large field is written only if it changed. A complete session is on disk at any moment. */
	write(fields: Readonly<Record<string, unknown>>): Promise<void>;
	/** Removes a session that is finished. */
	remove(): Promise<void>;
	release(): void;
}

/** Version 1 also kept plans, undo history and traces in another form; those are computed again. */
export const sessionVersion = 2;

/** A plan's files and links, stored to detect later changes. */
export interface PlannedFiles {
	/** Number of all entries in the plan. */
	readonly entries: number;
	readonly files: readonly PlannedFile[];
}

/** A link has `target`, a file `size` and `mtime`. */
type PlannedFile = { readonly path: PathJson } & (
	| { readonly target: PathJson }
	| { readonly target?: undefined; readonly size: number; readonly mtime: number }
);

export function plannedFiles({ entries }: Plan): PlannedFiles {
	const files = entries.flatMap(({ decision, kind, mtime, path, size, target }): PlannedFile[] => {
		if (decision !== "include") return [];
		if (kind === "symlink" && target !== undefined) return [{ path: pathToJson(path), target: pathToJson(target) }];
		return kind === "file" ? [{ path: pathToJson(path), size, mtime }] : [];
	});
	return { entries: entries.length, files };
}

/** Returns the planned files and links that have changed. */
export function changedSince(planned: PlannedFiles, files: Pick<Files, "status" | "readLink">): Path[] {
	return planned.files.flatMap((file) => {
		const path = pathFromJson(file.path);
		if (file.target !== undefined) return files.readLink(path) === pathFromJson(file.target) ? [] : [path];
		const now = files.status(path);
		return now?.kind === "file" && now.size === file.size && now.mtime === file.mtime ? [] : [path];
	});
}
