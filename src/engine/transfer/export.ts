import { type OwnerIds, ownerIds, ownerNames } from "../../core/archive/owner-names.ts";
import type { Finding } from "../../core/cage/finding.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { type PresentCage, presentCage, requireStopped } from "../cages.ts";
import type { Context } from "../context.ts";
import { findingsOf } from "../upkeep/audit.ts";

interface ExportOptions {
	/** A new file, or an open descriptor. */
	readonly to: Path | number;
	readonly data: boolean;
	/** This program's version, for the archive's head. */
	readonly version: string;
	readonly architecture: string;
}

/**
 * Writes the present generation with its manifest, trace and log as a tar archive, and the application's data on request. Throws
 * `export-changed` (exit 4) if a file differs from its manifest, and `cage-running` (exit 4) if the data may be written
 * meanwhile. If the reader of stdout closes it early, nothing is logged and nothing fails, as with other output.
 */
export async function exportCage(context: Context, name: string, options: ExportOptions): Promise<void> {
	const { now, store } = context.machine;
	await using _lock = await store.lock(name);
	const present = await presentCage(context, name);
	const { generation, layout } = present;
	await requireUnchanged(context, present);
	if (options.data) {
		const [path] = layout.inPlace;
		// It is the service's, whose own tools know how to copy it consistently.
		if (path !== undefined) throw new Failure("export-state-in-place", { name, path: showPath(path) }, 4);
		await requireStopped(context.machine, name);
	}
	const head = {
		schema: "cagewright/export/1" as const,
		name,
		generation,
		architecture: options.architecture,
		exportedAt: new Date(now()).toISOString(),
		version: options.version,
		data: options.data,
	};
	const { accounts } = context.machine;
	const request = {
		head,
		owners: ownerIds(present.manifest, await store.trace(name)),
		ownerNames: (ids: OwnerIds) => ownerNames(ids, accounts.users(), accounts.groups()),
		writable: layout.writable,
		to: options.to,
	};
	const { isWhole, leftOut } = await store.archives.write(request, context.signal);
	if (leftOut[0] !== undefined) {
		const values = { path: showPath(leftOut[0]), count: leftOut.length };
		context.emit({ event: "warned", code: "export-left-out", values });
	}
	if (isWhole) await store.log(name, "exported", { generation, data: options.data });
}

/** Throws `export-changed` (exit 4). */
export async function requireUnchanged(context: Context, { cage: { name }, layout, manifest }: PresentCage): Promise<void> {
	const changed = (await findingsOf(context, manifest, layout, { thorough: true })).find(isDifference);
	if (!changed) return;
	throw new Failure("export-changed", { ...changed.values, name, path: showPath(changed.path), finding: changed.code }, 4);
}

const differences: readonly string[] = ["changed", "missing", "attributes-changed"];

/** Edited or added configuration is the administrator's. Everything else must be as it was built. */
export function isDifference({ code, severity }: Finding): boolean {
	return differences.includes(code) || (code === "added" && severity === "danger");
}
