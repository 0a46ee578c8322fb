import type { Cage, TrialSummary } from "../cage/cage.ts";
import type { Note } from "../failure.ts";
import {
	byGroup,
	byPackage,
	type Dropped,
	type GroupDropped,
	type PackageDropped,
	sumOf,
	unneededOf,
} from "../minimise/dropped.ts";
import type { Minimised } from "../minimise/minimised.ts";
import { showPath } from "../path/quote.ts";
import { type GroupName, groupsOf, type Recommendation } from "../plan/groups.ts";
import type { PackageRef, Plan, Risk, SharedKind } from "../plan/plan.ts";
import type { SelftestSummary } from "../selftest/verdict.ts";
import type { PackageKind, PackageOrigin } from "./package-url.ts";

/**
 * What the record tells of a generation beyond its manifest: how it was planned, tried and tested, and on which machine. Kept beside the manifest and longer
 * than it, for the trials of a generation stay evidence when its files are gone. Paths are as they are shown.
 */
export interface Evidence {
	readonly schema: "cagewright/evidence/1";
	readonly generation: number;
	/** ISO 8601, UTC: when the generation became the present one. */
	readonly at: string;
	/** The account of the system that ran the program, with the one behind sudo. */
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
	/** Accounts that a need was seen for and a rule leaves out. */
	readonly withoutAccounts: readonly string[];
	/** What the package manager told of the packages in the cage; those that it told nothing of are absent. */
	readonly origins?: readonly (PackageRef & PackageOrigin)[];
	/** What was proven unnecessary, and by what. */
	readonly minimised?: MinimisedEvidence;
}

export interface MinimisedEvidence extends Omit<Minimised, "paths" | "cacheBytes">, Dropped {
	readonly groups: readonly GroupDropped[];
	readonly packages: readonly PackageDropped[];
}

/** What a reader in years has to know of the machine that the cage stands on. */
export interface MachineFacts {
	readonly host: string;
	/** PRETTY_NAME of os-release(5); empty where the system does not say. */
	readonly system: string;
	/** ID and VERSION_ID of the same, such as `debian-13`: a package URL names its distribution so. */
	readonly distribution: string;
	/** Such as `amd64`, as the package manager calls it. */
	readonly architecture: string;
	/** Absent where os-release(5) names no known family. */
	readonly packageKind?: PackageKind;
	readonly kernel: string;
	/** The version of this program that made the generation; absent where an older one did. */
	readonly cagewright?: string;
	/** The kernel's other means of confinement, and what of them is there for this application. */
	readonly appArmor: { readonly enabled: boolean; readonly profile?: string; readonly loaded?: boolean };
	readonly selinux: boolean;
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
