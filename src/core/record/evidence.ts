import type { Cage, TrialSummary } from "../cage/cage.ts";
import type { Note } from "../failure.ts";
import {
	byGroup,
	byPackage,
	type DroppedFiles,
	type DroppedGroup,
	type DroppedPackage,
	type MinimiseRecord,
	sumOf,
	unneededOf,
} from "../minimise/minimised.ts";
import { showPath } from "../path/quote.ts";
import { type GroupName, groupsOf, type Recommendation } from "../plan/groups.ts";
import type { PackageRef, Plan, Risk, SharedKind } from "../plan/plan.ts";
import type { SelftestSummary } from "../selftest/verdict.ts";

/**
 * Data about a generation that the record needs in addition to the manifest: how it was planned, tried and tested, and on which
 * machine. It is kept after the generation's files are removed, because its trials remain evidence. Paths are in display form.
 */
export interface Evidence {
	readonly schema: "cagewright/evidence/1";
	readonly generation: number;
	/** When the generation became the present one; ISO 8601, UTC. */
	readonly at: string;
	/** The system account that ran Cagewright, and the one behind sudo. */
	readonly who: string;
	readonly machine: MachineFacts;
	readonly seconds: Cage["seconds"];
	readonly trials: readonly TrialSummary[];
	readonly selftest?: SelftestSummary;
	readonly notes: readonly Note[];
	readonly declined: readonly { readonly path: string; readonly risk: Risk }[];
	readonly shared: readonly {
		readonly path: string;
		readonly kind: SharedKind;
		readonly example: string;
		readonly files: number;
		readonly bytes: number;
	}[];
	readonly groups: readonly {
		readonly name: GroupName;
		readonly recommendation: Recommendation;
		readonly entries: number;
		readonly bytes: number;
	}[];
	/** Accounts that the trace needed and a rule leaves out. */
	readonly withoutAccounts: readonly string[];
	/** Facts from the package manager about the cage's packages; unknown packages are absent. */
	readonly origins?: readonly (PackageRef & PackageOrigin)[];
	/** Files that were proven unnecessary, with the evidence. */
	readonly minimised?: MinimisedEvidence;
}

export interface MinimisedEvidence extends Omit<MinimiseRecord, "paths" | "cacheBytes">, DroppedFiles {
	readonly groups: readonly DroppedGroup[];
	readonly packages: readonly DroppedPackage[];
}

/** The facts about the machine that a later reader needs. */
export interface MachineFacts {
	readonly host: string;
	/** PRETTY_NAME of os-release(5); empty if absent. */
	readonly system: string;
	/** ID and VERSION_ID of os-release(5), e.g. `debian-13`, as in package URLs. */
	readonly distribution: string;
	/** The kernel's name, e.g. `x86_64`. Older versions stored Debian's, e.g. `amd64`. */
	readonly architecture: string;
	/** Absent if os-release(5) names no known family. */
	readonly packageKind?: PackageKind;
	readonly kernel: string;
	/** Version of Cagewright that built the generation; absent from older versions. */
	readonly cagewright?: string;
	/** The kernel's mandatory access control, and its profile for this application. */
	readonly appArmor: { readonly enabled: boolean; readonly profile?: string; readonly loaded?: boolean };
	readonly selinux: boolean;
}

/** Package managers, named as in package URLs. */
export type PackageKind = "deb" | "rpm" | "apk" | "alpm";

/** Facts from the package manager about a package, besides its name and version. */
export interface PackageOrigin {
	/** E.g. `amd64` or `all`. */
	readonly architecture: string;
	/** The source package, which Debian's advisories refer to. */
	readonly source: string;
	/** Only if it differs from the package's version. */
	readonly sourceVersion?: string;
}

export function evidenceOf(
	cage: Cage,
	plan: Plan,
	facts: Pick<Evidence, "generation" | "at" | "who" | "machine" | "origins">,
): Evidence {
	return {
		schema: "cagewright/evidence/1",
		...facts,
		seconds: cage.seconds,
		trials: cage.trials,
		...(cage.selftest ? { selftest: cage.selftest } : {}),
		notes: plan.notes,
		declined: plan.declined.map(({ path, risk }) => ({ path: showPath(path), risk })),
		shared: plan.shared.map((one) => ({ ...one, path: showPath(one.path), example: showPath(one.example) })),
		groups: groupsOf(plan).map(({ bytes, name, paths, recommendation }) => ({
			name,
			recommendation,
			entries: paths.length,
			bytes,
		})),
		withoutAccounts: plan.rules.withoutAccounts,
		...minimisedOf(cage, plan),
	};
}

function minimisedOf({ minimised }: Cage, plan: Plan): Pick<Evidence, "minimised"> {
	if (!minimised) return {};
	const unneeded = unneededOf(plan, minimised);
	if (!unneeded.length) return {};
	const { cacheBytes: _, paths: __, ...proof } = minimised;
	return { minimised: { ...proof, ...sumOf(unneeded), groups: byGroup(unneeded), packages: byPackage(unneeded) } };
}
