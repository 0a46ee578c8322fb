import { ancestors, type Path } from "../path/path.ts";
import type { Entry, Plan } from "../plan/plan.ts";
import { entriesByPath, type Manifest } from "./manifest.ts";

/**
 * Configuration that somebody edited in a generation, and what becomes of it in the next. As dpkg does with conffiles (deb-conffiles(5), Debian
 * Policy 10.7): what was edited stays while the host's file is as it was; where both changed, somebody decides; nothing is lost silently.
 */

/** A file or link below /etc of a generation that is not what was copied there, or a directory that was made for such. */
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
	 * What it is now, what the host had when it was copied, and what the host has now: SHA-256 of a file, target of a link. Absent where
	 * there was, or is, none.
	 */
	readonly is: string;
	readonly was?: string;
	readonly host?: string;
}

type EditState =
	/** The host has what the cage has: no edit any more. */
	| "same"
	/** Only the cage's was changed. */
	| "kept"
	/** Both were changed, each in its own way. */
	| "conflict";

export function stateOfEdit({ host, is, was }: Edit): EditState {
	if (host === is) return "same";
	return host === was ? "kept" : "conflict";
}

/** Whose file goes on where both were changed. */
export type Winner = "cage" | "host";

/**
 * The plan with what was edited in the generation before taken from there. Edits in conflict go by `winner`. The result's entries name in `edited` the
 * host's content that they were told apart from, so that the next update asks only about what changes after this.
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
		// What the plan leaves out on somebody's word stays out; what it has no place for would be a file below a file.
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
	return { ...rest, kind, size, mtime, ...(target === undefined ? {} : { target }), edited: host ?? "" };
}

function isFolderOrAbsent(plan: Plan, path: Path): boolean {
	const entry = plan.entries.find((one) => one.path === path && one.decision === "include");
	return entry === undefined || entry.kind === "directory";
}
