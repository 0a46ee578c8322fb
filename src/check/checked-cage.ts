import type { Failure } from "../base/failure.ts";
import type { Path } from "../base/path/path.ts";
import type { WatchResult } from "../cage/cage.ts";
import { type Difference, isSame } from "../cage/difference.ts";
import type { Finding } from "../cage/finding.ts";
import type { Missing } from "../plan/missing.ts";
import {
	type Acknowledgement,
	type ReportedFinding,
	reportedBehind,
	reportedDifference,
	reportedDrift,
	reportedFinding,
} from "./acknowledgement.ts";
import { driftedPaths, type PackageDrift } from "./drift.ts";

export interface CheckedFinding extends Finding {
	readonly accepted: boolean;
	/** A warning that the last trial already reported, so it is in the record. */
	readonly known: boolean;
}

export interface CheckedCage {
	readonly name: string;
	readonly generation?: number;
	/** ISO 8601, UTC: when the generation was built. */
	readonly madeAt?: string;
	readonly findings: readonly CheckedFinding[];
	/** Host files that changed since the generation was copied. */
	readonly drift: readonly PackageDrift[];
	/** Further differences of a build today. Absent if planning was unnecessary because nothing was touched or installed. */
	readonly plan?: Difference;
	/** Processes in another generation, which get the new files at their next start. */
	readonly behind: readonly number[];
	/** Missing items that production watches observed. */
	readonly missed?: { readonly watched: WatchResult; readonly missing: readonly Missing[] };
	/** What an administrator acknowledged of all this, by its name, as far as it counts today. */
	readonly acknowledged: ReadonlyMap<string, Acknowledgement>;
	/** Set if its description or manifest is damaged. */
	readonly damage?: Failure;
}

/** What nobody accepted or acknowledged, and the last trial did not report. */
interface OpenFindings {
	readonly findings: readonly CheckedFinding[];
	readonly drift: readonly PackageDrift[];
	/** A build of today would change more than the drift. */
	readonly isOutdated: boolean;
	readonly isBehind: boolean;
}

export function openFindings(cage: CheckedCage): OpenFindings {
	const isOpen = ({ id }: ReportedFinding) => !cage.acknowledged.has(id);
	const difference = differenceBesides(cage);
	return {
		findings: cage.findings.filter((one) => !one.accepted && !one.known && isOpen(reportedFinding(one))),
		drift: cage.drift.filter((one) => isOpen(reportedDrift(one))),
		isOutdated: !isSame(difference) && isOpen(reportedDifference(difference)),
		isBehind: cage.behind.length > 0 && isOpen(reportedBehind(cage.generation ?? 0)),
	};
}

/** False if the cage needs attention. */
export function isClean(cage: CheckedCage): boolean {
	const { drift, findings, isBehind, isOutdated: isOpen } = openFindings(cage);
	return cage.damage === undefined && !findings.length && !drift.length && !isOpen && !isBehind;
}

/** Everything that can be acknowledged. */
export function reportedBy(cage: Omit<CheckedCage, "acknowledged">): ReportedFinding[] {
	const difference = differenceBesides(cage);
	return [
		...cage.findings.map(reportedFinding),
		...cage.drift.map(reportedDrift),
		...(isSame(difference) ? [] : [reportedDifference(difference)]),
		...(cage.behind.length ? [reportedBehind(cage.generation ?? 0)] : []),
	];
}

/** Changes that a build of today would make, without files that the drift already names. A directory counts only if nothing in it does. */
export function differenceBesides({ drift, plan }: Pick<CheckedCage, "drift" | "plan">): Difference {
	const drifted = driftedPaths(drift);
	const others = <T extends { readonly path: Path; readonly kind: string }>(entries: readonly T[] = []) => {
		const files = entries.filter(({ kind }) => kind !== "directory");
		return (files.length ? files : entries).filter(({ path }) => !drifted.has(path));
	};
	return {
		added: others(plan?.added),
		removed: others(plan?.removed),
		changed: (plan?.changed ?? []).filter(({ path }) => !drifted.has(path)),
		settings: plan?.settings ?? [],
	};
}

/** True if `update` would create another generation, whatever was acknowledged. */
export function isOutdated({ drift, plan }: CheckedCage): boolean {
	return drift.length > 0 || (plan !== undefined && !isSame(plan));
}
