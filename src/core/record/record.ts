import type { Acknowledgement } from "../cage/acknowledgement.ts";
import type { Cage, MeasuredConfinement, TrialSummary } from "../cage/cage.ts";
import type { PackageDrift } from "../cage/drift.ts";
import type { Finding } from "../cage/finding.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { Coverage } from "../coverage/coverage.ts";
import type { StageCoverage } from "../coverage/lifecycle.ts";
import type { NextExercise } from "../coverage/next-exercises.ts";
import type { WatchResult } from "../failure-watch/result.ts";
import type { Path } from "../path/path.ts";
import type { MeasuredAlarms, SelftestSummary } from "../selftest/verdict.ts";
import type { AlarmService } from "./alarm-service.ts";
import type { Configuration } from "./configuration.ts";
import type { Evidence } from "./evidence.ts";
import type { HistoryLine } from "./history.ts";
import type { Responsible } from "./responsible.ts";

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
	/** Absent if systemd does not run. */
	readonly alarmService?: AlarmService;
	/** Lines of the append-only log, oldest first. */
	readonly history: readonly HistoryLine[];
}

interface RecordedWatch extends Pick<WatchResult, "since" | "until" | "seconds"> {
	/** Files that were missing. */
	readonly missed: readonly Path[];
}

interface Acknowledgeable {
	readonly acknowledged?: Pick<Acknowledgement, "by" | "at" | "until">;
}

/** How the cage compared with its manifest and the host when the record was written. */
export interface RecordedCheck {
	readonly at: string;
	readonly findings: readonly (Finding & Acknowledgeable & { readonly accepted: boolean; readonly known: boolean })[];
	readonly drift: readonly (PackageDrift & Acknowledgeable)[];
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
