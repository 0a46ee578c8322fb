import type { Cage, MeasuredConfinement, TrialSummary } from "../cage/cage.ts";
import type { PackageDrift } from "../cage/drift.ts";
import type { Finding } from "../cage/finding.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { Coverage } from "../coverage/coverage.ts";
import type { StageCoverage } from "../coverage/lifecycle.ts";
import type { NextExercise } from "../coverage/next-exercises.ts";
import type { Note } from "../failure.ts";
import type { WatchResult } from "../failure-watch/result.ts";
import {
	byGroup,
	byPackage,
	type Dropped,
	type GroupDropped,
	type Minimised,
	type PackageDropped,
	sumOf,
	unneededOf,
} from "../minimise/minimised.ts";
import type { Path } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { type GroupName, groupsOf, type Recommendation } from "../plan/groups.ts";
import type { PackageRef, Plan, Risk, SharedKind } from "../plan/plan.ts";
import type { MeasuredAlarms, SelftestSummary } from "../selftest/verdict.ts";
import type { Configuration } from "./configuration.ts";
import type { HistoryLine } from "./history.ts";

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

export interface MinimisedEvidence extends Omit<Minimised, "paths" | "cacheBytes">, Dropped {
	readonly groups: readonly GroupDropped[];
	readonly packages: readonly PackageDropped[];
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

/** Statements that only a person can make: who owns the cage and is responsible for it. */
export interface Responsible {
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	/** Approval of one generation; it does not extend to later ones. */
	readonly approved?: { readonly by: string; readonly at: string; readonly generation: number };
}

/** The two names that are usually the same for all cages of a machine. `asked`: somebody was asked already. */
export type ResponsibleNames = Pick<Responsible, "initiatedBy" | "implementedBy"> & { readonly asked?: boolean };

export function isApproved({ approved }: Responsible, generation: number): boolean {
	return approved?.generation === generation;
}

/** The current statement wins over the cage's, and that over the default for all cages. An empty text removes a statement. */
export function mergeResponsible(given: Responsible, known: Responsible, { asked: _, ...always }: ResponsibleNames): Responsible {
	const { approved, ...texts } = { ...always, ...known, ...given };
	return {
		...Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]]))),
		...(approved && approved.by.trim() !== "" ? { approved } : {}),
	};
}

/**
 * A cage's documentation as data: everything that any output form shows, and nothing that was not measured. Unknown values are
 * absent and shown as `open`.
 */
export interface CageRecord {
	/** ISO 8601, UTC. */
	readonly writtenAt: string;
	/** The cage with its present generation. */
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Absent if an older version built the generation. */
	readonly evidence?: Evidence;
	/** Evidence of earlier generations, oldest first. */
	readonly earlier: readonly Evidence[];
	readonly place: { readonly root: string; readonly data: string };
	readonly responsible: Responsible;
	readonly configuration: readonly Configuration[];
	/** SHA-256 of the manifest. Equal values mean the same files. */
	readonly fingerprint: string;
	readonly check?: RecordedCheck;
	/** The host service that the cage replaced, and since when. */
	readonly adopted?: { readonly service: string; readonly since: string };
	/** How much of its packages the application used while it was traced. */
	readonly coverage?: Coverage;
	/** Lifecycle stages, and what would show more of them. Absent if the trace is gone. */
	readonly life?: readonly StageCoverage[];
	readonly next?: readonly NextExercise[];
	/** The result of watching in production. */
	readonly watched?: RecordedWatch;
	/** Lines of the append-only log, oldest first. */
	readonly history: readonly HistoryLine[];
}

interface RecordedWatch extends Pick<WatchResult, "since" | "until" | "seconds"> {
	/** Files that were missing. */
	readonly missed: readonly Path[];
}

/** How the cage compared with its manifest and the host when the record was written. */
export interface RecordedCheck {
	readonly at: string;
	readonly findings: readonly (Finding & { readonly accepted: boolean; readonly known: boolean })[];
	readonly drift: readonly PackageDrift[];
	readonly outdated: boolean;
}

/** Returns the rounds that led to the record's generation, and later trials of it. */
export function trialsOf({ cage, evidence, manifest }: CageRecord): readonly TrialSummary[] {
	const kept = evidence?.trials ?? [];
	// A later separate trial is stored only with the cage.
	const later = cage.trials.filter(
		({ at, generation }) => generation === manifest.generation && !kept.some((one) => one.at === at),
	);
	return kept.length ? [...kept, ...later] : cage.trials;
}

export function lastTrial(record: CageRecord): TrialSummary | undefined {
	return trialsOf(record).at(-1);
}

export function isMeasured(trial: TrialSummary | undefined): trial is TrialSummary & { readonly measured: MeasuredConfinement } {
	return trial?.measured !== undefined;
}

/** Returns this generation's latest verdict. */
export function selftestOf({ cage, evidence, manifest }: CageRecord): SelftestSummary | undefined {
	const isOfThis = evidence === undefined || cage.trials.at(-1)?.generation === manifest.generation;
	const known = [evidence?.selftest, isOfThis ? cage.selftest : undefined].filter((one) => one !== undefined);
	return known.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}

/** Returns which techniques raise an alarm, if that was measured with this generation. */
export function measuredAlarms({
	cage: { alarms },
	manifest,
}: Pick<CageRecord, "cage" | "manifest">): MeasuredAlarms | undefined {
	return alarms?.generation === manifest.generation ? alarms : undefined;
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
