import type { Cage } from "../../core/cage/cage.ts";
import { permissionsOf } from "../../core/cage/import-review.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { directoriesTo, type Group, type User } from "../../core/machine/facts.ts";
import { leaveOut } from "../../core/minimise/minimised.ts";
import type { Path } from "../../core/path/path.ts";
import { makePlan } from "../../core/plan/make-plan.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Machine } from "../context.ts";

/** The things that a later build would give an imported cage because of its trace and manifest. */
export interface LaterBuilds {
	/** This machine's files, directories and sockets that not everybody may read, sorted. */
	readonly paths: readonly Path[];
	/** Words of `--allow`, including the present ones. */
	readonly permissions: readonly string[];
}

interface LaterInput {
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Contains this machine's account numbers. */
	readonly trace: Trace;
	/** Include the account that the import creates. */
	readonly users: readonly User[];
	readonly groups: readonly Group[];
}

/** An update may run without a question, so an import shows what the archive makes it copy or mount. Returns undefined if no plan can be made. */
export function laterBuilds(
	{ accounts, files }: Pick<Machine, "accounts" | "files">,
	{ cage, groups, manifest, trace, users }: LaterInput,
): LaterBuilds | undefined {
	const { additions, application, minimised, rules } = cage;
	let plan: Plan;
	try {
		const { identity } = manifest;
		const owner = accounts.own()?.uid ?? 0;
		const made = makePlan({ application, rules, identity, owner, trace, additions, users, groups, files });
		plan = leaveOut(made, minimised, additions);
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
	// Everybody may read it, and enter its directories.
	const isPublic = (path: Path) =>
		directoriesTo(path).every((part) => {
			const { kind, mode } = files.status(part) ?? { kind: "absent", mode: 0 };
			return part === path && kind !== "directory" ? kind === "symlink" || mode & 0o004 : mode & 0o001;
		});
	const taken = plan.entries.filter(({ decision, kind }) => decision === "include" && (kind === "file" || kind === "socket"));
	const seeds = plan.writable.flatMap((one) => one.seeds);
	const paths = [...taken, ...seeds, ...plan.shared].map(({ path }) => path).filter((path) => !isPublic(path));
	return {
		paths: [...new Set(paths)].sort(),
		permissions: permissionsOf({ cage, manifest: { ...manifest, permissions: plan.permissions }, trace }),
	};
}
