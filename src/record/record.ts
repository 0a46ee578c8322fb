import { omitUndefined } from "../base/collections.ts";
import type { Path } from "../base/path/path.ts";
import type { Cage, MeasuredAlarms, MeasuredConfinement, SelftestSummary, TrialSummary, WatchResult } from "../cage/cage.ts";
import type { Finding } from "../cage/finding.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { Acknowledgement } from "../check/acknowledgement.ts";
import type { PackageDrift } from "../check/drift.ts";
import type { Coverage, StageCoverage } from "../coverage/coverage.ts";
import type { NextExercise } from "../coverage/next-exercises.ts";
import type { Configuration, Evidence } from "./evidence.ts";

/** The service of `cagewright watch` on this machine when the record was written. */
export interface AlarmService {
	/** It starts at each boot. */
	readonly installed: boolean;
	readonly active: boolean;
	/** The running command reports this cage. */
	readonly covers: boolean;
}

export const alarmUnit = "cagewright-watch.service";

/** Options of `watch` with a value. */
const withValue = new Set(["--on-alarm", "--check-every", "--format", "--lang"]);

/** What the words of a running `cagewright [--state DIR] watch [NAME…]` watch: the state folder, if it is named, and cages; none stands for all. */
export function watchedBy(words: readonly string[]): { readonly state?: string; readonly names: readonly string[] } | undefined {
	const at = words.indexOf("watch");
	if (at < 0) return undefined;
	const stateAt = words.indexOf("--state");
	const state = stateAt < 0 ? undefined : words[stateAt + 1];
	const rest = words.slice(at + 1);
	const names = rest.filter((word, index) => !word.startsWith("-") && !withValue.has(rest[index - 1] ?? ""));
	return { ...omitUndefined({ state }), names };
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

/** A line of a cage's append-only log. */
export interface HistoryLine {
	readonly time: string;
	readonly action: string;
	/** JSON. */
	readonly details: string;
}

/** Actions that took files over from the host after the cage was made. */
const followed = ["updated", "rebuilt"];

/** Counts the updates in the log, with the time of the last one. */
export function updatesIn(history: readonly HistoryLine[]): { readonly count: number; readonly last: string } {
	const lines = history.filter(({ action }) => followed.includes(action));
	return { count: lines.length, last: lines.at(-1)?.time ?? "" };
}

/** Parses a line of the log, `TIME ACTION JSON`. Any other line is in `details`. */
export function historyLine(line: string): HistoryLine {
	const [, time = "", action = "", details = line] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
	return { time, action, details };
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
