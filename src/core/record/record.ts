import type { Cage, Measured, TrialSummary } from "../cage/cage.ts";
import type { PackageDrift } from "../cage/drift.ts";
import type { Finding } from "../cage/finding.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { Note } from "../failure.ts";
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
import type { Coverage, NextExercise, StageCoverage } from "../plan/coverage.ts";
import { type GroupName, groupsOf, type Recommendation } from "../plan/groups.ts";
import type { PackageRef, Plan, Risk, SharedKind } from "../plan/plan.ts";
import type { SelftestSummary } from "../selftest/verdict.ts";
import type { Watched } from "../watch/watched.ts";
import type { Configuration } from "./configuration.ts";

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

/** What only a person can say: whose the cage is, and who answers for it. */
export interface Responsible {
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	/** For one generation and no other: what comes after it was not approved with it. */
	readonly approved?: { readonly by: string; readonly at: string; readonly generation: number };
}

/** The two that are mostly the same for all cages of a machine. `asked`: somebody was asked for them, and is not asked again. */
export type Names = Pick<Responsible, "initiatedBy" | "implementedBy"> & { readonly asked?: boolean };

export function isApproved({ approved }: Responsible, generation: number): boolean {
	return approved?.generation === generation;
}

/**
 * What is said now counts more than what was said of the cage, and that more than what is said of every cage. An empty text takes back what was said, so that
 * it is open again.
 */
export function mergeResponsible(given: Responsible, known: Responsible, { asked: _, ...always }: Names): Responsible {
	const { approved, ...texts } = { ...always, ...known, ...given };
	return {
		...Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]]))),
		...(approved && approved.by.trim() !== "" ? { approved } : {}),
	};
}

/**
 * The documentation of a cage as a value: everything that any of its forms tells, and nothing that was not measured. What is not known is absent, and the
 * forms say `open` there.
 */
export interface CageRecord {
	/** ISO 8601, UTC. */
	readonly writtenAt: string;
	/** Of the present generation. */
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Absent where an older version made the generation. */
	readonly evidence?: Evidence;
	/** Of the generations before, oldest first. */
	readonly earlier: readonly Evidence[];
	readonly place: { readonly root: string; readonly data: string };
	readonly responsible: Responsible;
	readonly configuration: readonly Configuration[];
	/** SHA-256 of the manifest: two records with the same one are of the same files. */
	readonly fingerprint: string;
	readonly check?: RecordedCheck;
	/** The service of the host that the cage has taken over, and since when. */
	readonly adopted?: { readonly service: string; readonly since: string };
	/** How much of its packages the application reached while it was traced. */
	readonly coverage?: Coverage;
	/** Stages of its life, with those that no trace has seen, and what would show more of it. Absent where its trace is gone. */
	readonly life?: readonly StageCoverage[];
	readonly next?: readonly NextExercise[];
	/** What watching it in production has shown. */
	readonly watched?: RecordedWatch;
	/** Lines of the append-only log, oldest first. */
	readonly history: readonly HistoryLine[];
}

export interface HistoryLine {
	readonly time: string;
	readonly action: string;
	/** JSON. */
	readonly details: string;
}

interface RecordedWatch extends Pick<Watched, "since" | "until" | "seconds"> {
	/** What it lacks by that. */
	readonly missed: readonly Path[];
}

/** How the cage stood against its manifest and the host when the record was written. */
export interface RecordedCheck {
	readonly at: string;
	readonly findings: readonly (Finding & { readonly accepted: boolean; readonly known: boolean })[];
	readonly drift: readonly PackageDrift[];
	readonly outdated: boolean;
}

/** A line of the log, `TIME ACTION JSON`; anything else stands as a whole in `details`. */
export function historyLine(line: string): HistoryLine {
	const [, time = "", action = "", details = line] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
	return { time, action, details };
}

/** The rounds that led to the generation of the record, and those after. */
export function trialsOf({ cage, evidence, manifest }: CageRecord): readonly TrialSummary[] {
	const kept = evidence?.trials ?? [];
	// A trial of its own, after the cage was made, stands with the cage alone.
	const later = cage.trials.filter(
		({ at, generation }) => generation === manifest.generation && !kept.some((one) => one.at === at),
	);
	return kept.length ? [...kept, ...later] : cage.trials;
}

export function lastTrial(record: CageRecord): TrialSummary | undefined {
	return trialsOf(record).at(-1);
}

export function isMeasured(trial: TrialSummary | undefined): trial is TrialSummary & { readonly measured: Measured } {
	return trial?.measured !== undefined;
}

/** The latest verdict that is of this generation. */
export function selftestOf({ cage, evidence, manifest }: CageRecord): SelftestSummary | undefined {
	const isOfThis = evidence === undefined || cage.trials.at(-1)?.generation === manifest.generation;
	const known = [evidence?.selftest, isOfThis ? cage.selftest : undefined].filter((one) => one !== undefined);
	return known.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}

/** Package managers, by the names that package URLs have for them. */
export type PackageKind = "deb" | "rpm" | "apk" | "alpm";

/** What the package manager tells of a package beyond its name and version. */
export interface PackageOrigin {
	/** Such as `amd64` or `all`. */
	readonly architecture: string;
	/** The source package that it was built from; advisories of Debian go by that. */
	readonly source: string;
	/** Only where it is another one than the package's. */
	readonly sourceVersion?: string;
}
