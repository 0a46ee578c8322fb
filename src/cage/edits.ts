import { omitUndefined } from "../base/collections.ts";
import { ancestors, type Path } from "../base/path/path.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import { entriesByPath, type Manifest } from "./manifest.ts";

/**
 * A configuration file or link in a generation that differs from what was copied there, or a directory that was created for one.
 * Updates treat edits as dpkg treats conffiles (deb-conffiles(5), Debian Policy 10.7): an edit stays while the host's file is
 * unchanged; if both changed, somebody decides; nothing is lost silently.
 */
export interface Edit {
	readonly path: Path;
	readonly kind: "file" | "symlink" | "directory";
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly mtime: number;
	readonly target?: Path;
	/**
	 * The current content, the host's content when it was copied, and the host's current content: a file's SHA-256 or a link's
	 * target. Absent if there was, or is, none.
	 */
	readonly is: string;
	readonly was?: string;
	readonly host?: string;
}

type EditState =
	/** The host has the same content, so that this is no edit any more. */
	| "same"
	/** Only the cage's file changed. */
	| "kept"
	/** Both changed, in different ways. */
	| "conflict";

export function stateOfEdit({ host, is, was }: Edit): EditState {
	if (host === is) return "same";
	return host === was ? "kept" : "conflict";
}

/** The side whose file is used if both changed. */
export type Winner = "cage" | "host";

/**
 * Returns the plan with the previous generation's edits; `winner` decides conflicts. Entries remember the host's content in
 * `edited`, so that the next update asks only about later changes.
 */
export function withEdits(plan: Plan, manifest: Manifest, edits: readonly Edit[], winner: (edit: Edit) => Winner): Plan {
	const taken = edits.filter((edit) => {
		const state = stateOfEdit(edit);
		return state === "kept" || (state === "conflict" && winner(edit) === "cage");
	});
	if (!taken.length) return plan;
	const before = entriesByPath(manifest);
	const byPath = new Map(taken.map((edit) => [edit.path, edit]));
	const planned = new Set(plan.entries.map(({ path }) => path));
	const entries = plan.entries.map((entry) => {
		const edit = byPath.get(entry.path);
		return edit === undefined || entry.decision !== "include" ? entry : edited(entry, edit);
	});
	const added = taken.flatMap((edit): Entry[] => {
		// Excluded paths stay out. Without a directory above it in the plan, an edit would be a file below a file.
		if (planned.has(edit.path) || !ancestors(edit.path).every((above) => isFolderOrAbsent(plan, above))) return [];
		const old = before.get(edit.path);
		const made: Entry = {
			path: edit.path,
			kind: edit.kind,
			decision: "include",
			mode: edit.mode,
			uid: edit.uid,
			gid: edit.gid,
			size: 0,
			mtime: 0,
			reasons: old?.reasons ?? [{ kind: "edited" }],
			risks: old?.risks ?? [],
			...(old?.package ? { package: old.package } : {}),
		};
		return [edited(made, edit)];
	});
	return { ...plan, entries: [...entries, ...added] };
}

function edited(entry: Entry, { host, kind, mtime, size, target }: Edit): Entry {
	const { target: _, ...rest } = entry;
	return { ...rest, kind, size, mtime, ...omitUndefined({ target }), edited: host ?? "" };
}

function isFolderOrAbsent(plan: Plan, path: Path): boolean {
	const entry = plan.entries.find((one) => one.path === path && one.decision === "include");
	return entry === undefined || entry.kind === "directory";
}
