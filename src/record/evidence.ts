import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import { omitUndefined } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import type { PackageRef } from "../base/machine/facts.ts";
import { maskLines } from "../base/mask.ts";
import { etc, isWithin, type Path } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Cage, SelftestSummary, TrialSummary } from "../cage/cage.ts";
import type { ManifestEntry } from "../cage/manifest.ts";
import { isDecoy } from "../plan/decoys.ts";
import { type GroupName, groupsOf, type Recommendation } from "../plan/groups.ts";
import {
	byGroup,
	byPackage,
	type DroppedFiles,
	type DroppedGroup,
	type DroppedPackage,
	type MinimiseRecord,
	sumOf,
	unneededOf,
} from "../plan/minimised.ts";
import type { Plan, Risk, SharedKind } from "../plan/plan.ts";

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
		...omitUndefined({ selftest: cage.selftest }),
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

/** A configuration file of the cage, and how it differs from the host's or the package's. */
export interface Configuration {
	readonly path: Path;
	/**
	 * `package`: unchanged from the package; `host`: the host's version, changed or without a package; `edited`: changed in the
	 * cage; `written`: generated for the cage.
	 */
	readonly state: "package" | "host" | "edited" | "written";
	readonly package?: ManifestEntry["package"];
	/** The other side of the comparison. */
	readonly against?: "host" | "package" | "nothing";
	/** A unified diff with masked secrets; absent if there is nothing to compare or it must not be shown. */
	readonly difference?: readonly string[];
	/** Why an existing difference is not shown. */
	readonly withheld?: "secret" | "binary" | "too-long";
}

/**
 * The record lists the accounts one by one; these files could name further accounts of the host. The loader's cache is binary.
 */
const listedSeparately: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group", "/etc/ld.so.cache"]);

/** Configuration is every file below /etc, and every edited or generated file. */
export function isConfiguration(entry: ManifestEntry): boolean {
	const { edited, kind, path } = entry;
	if (listedSeparately.has(path) || isDecoy(entry)) return false;
	return (kind === "file" && (isWithin(path, etc) || edited !== undefined)) || kind === "generated";
}

/**
 * An undefined text means that there is no such file. Secrets are masked before the comparison, so that none appears as context.
 */
export function differenceOf(
	before: string | undefined,
	after: string | undefined,
	isSecret: boolean,
): Pick<Configuration, "difference" | "withheld"> {
	if (before === after) return {};
	if (isSecret) return { withheld: "secret" };
	if ((before ?? "").includes("\0") || (after ?? "").includes("\0")) return { withheld: "binary" };
	const difference = unifiedDiff(maskLines(linesOf(before)), maskLines(linesOf(after)));
	if (difference === undefined) return { withheld: "too-long" };
	// Only masked parts differ.
	return difference.length ? { difference } : { withheld: "secret" };
}

/** More changes take longer to compare than they are worth. */
const maxEdits = 2000;

/** Returns hunks with three lines of context, without file names; undefined if there are too many changes. */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string[] | undefined {
	const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
	const patch = structuredPatch("", "", text(before), text(after), "", "", { context: 3, maxEditLength: maxEdits });
	if (!patch) return undefined;
	return patch.hunks.length ? formatPatch(patch, OMIT_HEADERS).replace(/\n$/, "").split("\n") : [];
}

function linesOf(text: string | undefined): string[] {
	if (text === undefined || text === "") return [];
	return text.replace(/\n$/, "").split("\n");
}
