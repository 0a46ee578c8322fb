import { by } from "../base/collections.ts";
import { Failure, type FailureCode, type Values } from "../base/failure.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Path } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Difference } from "../cage/difference.ts";
import { type Finding, isAboutAccount } from "../cage/finding.ts";
import type { PackageDrift } from "./drift.ts";

/** Something that `check` reports, under the name with which it can be acknowledged. */
export interface ReportedFinding {
	readonly id: string;
	/** What the acknowledgement is about. With other facts it is another finding, and new. */
	readonly facts: string;
}

/** An administrator has seen what `check` reports. It permits nothing: a danger still prevents launches. */
export interface Acknowledgement extends ReportedFinding {
	readonly by: string;
	/** ISO 8601, UTC. */
	readonly at: string;
	/** The last day on which it counts, `YYYY-MM-DD` in local time. Without it, until it is revoked. */
	readonly until?: string;
}

/** What a change on the host is called, where no package names it. */
export const wouldChangeId = "would-change";
export const processesBehindId = "processes-behind";
const filesId = "host-files";

/** Values that differ between two looks at the same state. */
const unstable: ReadonlySet<string> = new Set(["pid", "count"]);

/** `CODE:PATH` as for `--accept-finding`, and `CODE:ACCOUNT` for accounts. */
export function reportedFinding({ code, path, values }: Finding): ReportedFinding {
	const place = isAboutAccount(code) ? String(values.account ?? "") : showPath(path);
	return { id: `${code}:${place}`, facts: factsOf(values) };
}

function factsOf(values: Values): string {
	const stable = Object.entries(values).filter(([name]) => !unstable.has(name));
	return JSON.stringify(Object.fromEntries(stable.sort(by(([name]) => name))));
}

/** `package:NAME`, or `host-files` for files without a package. */
export function reportedDrift({ files, from, package: name, to }: PackageDrift): ReportedFinding {
	const paths = files.map(({ change, path }) => `${change} ${showPath(path)}`).sort();
	return { id: name === undefined ? filesId : `package:${name}`, facts: JSON.stringify([from ?? "", to ?? "", ...paths]) };
}

/** Everything else that a build of today would change. */
export function reportedDifference({ added, changed, removed, settings }: Difference): ReportedFinding {
	const places = (entries: readonly { readonly path: Path }[]) => entries.map(({ path }) => showPath(path)).sort();
	const changes = changed.map(({ aspects, path }) => `${showPath(path)} ${aspects.join(" ")}`).sort();
	return { id: wouldChangeId, facts: JSON.stringify([places(added), places(removed), changes, [...settings].sort()]) };
}

/** Processes in another generation than the present one. */
export function reportedBehind(generation: number): ReportedFinding {
	return { id: processesBehindId, facts: String(generation) };
}

/** The acknowledgements that count today (`YYYY-MM-DD`) for what is reported, by its name. */
export function countingToday(
	reported: readonly ReportedFinding[],
	stored: readonly Acknowledgement[],
	today: string,
): ReadonlyMap<string, Acknowledgement> {
	const counting = stored.filter((one) => !isExpired(one, today) && reported.some((two) => isSame(one, two)));
	return new Map(counting.map((one) => [one.id, one]));
}

export function isExpired({ until }: Acknowledgement, today: string): boolean {
	return until !== undefined && until < today;
}

function isSame(one: ReportedFinding, other: ReportedFinding): boolean {
	return one.id === other.id && one.facts === other.facts;
}

/**
 * What an administrator names: an id, or its part before the colon if only one finding has it. Throws `finding-not-reported`,
 * `finding-none` or `finding-ambiguous` (exit 2).
 */
export function findReported(name: string, text: string, reported: readonly ReportedFinding[]): ReportedFinding {
	return named(name, text, reported, reported.length ? "finding-not-reported" : "finding-none");
}

/** The same among acknowledgements. Throws `acknowledgement-unknown`, `acknowledgement-none` or `finding-ambiguous` (exit 2). */
export function findAcknowledged(name: string, text: string, stored: readonly Acknowledgement[]): Acknowledgement {
	return named(name, text, stored, stored.length ? "acknowledgement-unknown" : "acknowledgement-none");
}

function named<T extends ReportedFinding>(name: string, text: string, known: readonly T[], code: FailureCode): T {
	const exact = known.find(({ id }) => id === text);
	if (exact) return exact;
	const [first, ...more] = known.filter(({ id }) => id.split(":")[0] === text);
	if (first && !more.length) return first;
	const shown = (list: readonly T[]) => list.map(({ id }) => id).join(", ");
	if (first) throw new Failure("finding-ambiguous", { name, finding: text, findings: shown([first, ...more]) }, 2);
	const similar = didYouMean(
		text,
		known.map(({ id }) => id),
	);
	throw new Failure(code, { name, finding: text, ...similar, findings: shown(known) }, 2);
}

/** Throws `until-invalid` or `until-past` (exit 2). */
export function requireDay(text: string, today: string): string {
	const date = new Date(`${text}T00:00:00Z`);
	const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
	if (!isDay) throw new Failure("until-invalid", { until: text }, 2);
	if (text < today) throw new Failure("until-past", { until: text, today }, 2);
	return text;
}

/** The local date as `YYYY-MM-DD`. */
export function today(now: number): string {
	const date = new Date(now);
	const two = (number: number) => String(number).padStart(2, "0");
	return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
}
