import { landlockSince } from "../confinement/landlock.ts";
import type { Weakness } from "../confinement/method.ts";
import { limitsAbstractSockets, limitsPorts } from "../confinement/seccomp/filter-permissions.ts";
import type { Note } from "../failure.ts";
import type { Permissions } from "../plan/plan.ts";
import { type Check, isWarning } from "./outside.ts";
import { type Group, groups, type Permission, type StoppingLayer } from "./technique.ts";
import { techniques } from "./techniques/techniques.ts";

/** A result of the test. `act`: the administrator should act. `design`: the plan permits it, or it is worth knowing. */
export type RankedResult = { readonly urgency: "act" | "design" | "fine" } & (
	| { readonly kind: "way"; readonly way: Outcome }
	| { readonly kind: "check"; readonly check: Check }
);

const wayUrgency: Readonly<Record<Result, RankedResult["urgency"]>> = {
	escaped: "act",
	failed: "act",
	open: "design",
	refused: "fine",
	impossible: "fine",
};

/** Returns the results, those that require action first. */
export function rankedResults(test: Selftest): readonly RankedResult[] {
	const all: RankedResult[] = [
		...test.ways.map((way) => ({ kind: "way" as const, way, urgency: wayUrgency[way.outcome] })),
		...test.audit.map((check) => ({ kind: "check" as const, check, urgency: checkUrgency(check) })),
	];
	return (["act", "design", "fine"] as const).flatMap((urgency) => all.filter((result) => result.urgency === urgency));
}

function checkUrgency(check: Check): RankedResult["urgency"] {
	if (check.ok) return "fine";
	return isWarning(check) ? "design" : "act";
}

/** Counts the outcomes. `open` counts what the plan permits, `missing` the failed checks from outside. */
export function countsOf(test: Selftest): {
	readonly tried: number;
	readonly refused: number;
	readonly open: number;
	readonly escaped: number;
	readonly missing: number;
} {
	const count = (outcome: Result) => withOutcome(test, outcome).length;
	return {
		tried: test.ways.length - count("impossible"),
		refused: count("refused"),
		open: permittedByPlan(withOutcome(test, "open").map(({ id }) => id)).length,
		escaped: count("escaped"),
		missing: failedChecks(test).length,
	};
}

/**
 * `escaped`: it left the cage. `open`: it left by a permission of the cage. `refused`: the kernel returned an error.
 * `impossible`: there was nothing to try. `failed`: the attempt did not finish.
 */
export type Result = "escaped" | "open" | "refused" | "impossible" | "failed";

export interface Outcome {
	readonly id: string;
	readonly group: Group;
	readonly outcome: Result;
	/** Name of the error, or of the signal that killed the attempt. */
	readonly detail: string;
	readonly stoppedBy: readonly StoppingLayer[];
	readonly opens: readonly Permission[];
}

/** The result that an attempt printed. */
export interface Attempt {
	readonly how: "escaped" | "refused" | "impossible" | "failed" | "killed";
	readonly number: number;
}

/** Parses the attempts by technique. `done` once all are over. */
export function parseAttempts(output: string): { readonly attempts: ReadonlyMap<string, Attempt>; readonly done: boolean } {
	const attempts = new Map<string, Attempt>();
	const lines = output.split("\n");
	for (const line of lines) {
		const [id = "", how, number = ""] = line.split("\t");
		if (isHow(how)) attempts.set(id, { how, number: Number(number) });
	}
	return { attempts, done: lines.includes("done") };
}

/** Counts the attempts that left the cage. */
export function escapes(attempts: ReadonlyMap<string, Attempt>): number {
	return [...attempts.values()].filter(({ how }) => how === "escaped").length;
}

function isHow(text: string | undefined): text is Attempt["how"] {
	return text !== undefined && ["escaped", "refused", "impossible", "failed", "killed"].includes(text);
}

/** The cage's permissions, and its launcher's weaknesses. */
export interface CageUnderTest {
	readonly permissions: Permissions;
	readonly network: "host" | "own" | "none";
	readonly weaker: readonly Weakness[];
	/** Version of the kernel's Landlock interface. */
	readonly landlock: number;
}

export function outcomesOf(attempts: ReadonlyMap<string, Attempt>, made: CageUnderTest): Outcome[] {
	return groups.flatMap((group) =>
		techniques[group].map((way) => {
			const opens = (way.opens ?? []).filter((permission) => isOpened(permission, made));
			const one = attempts.get(way.id);
			return {
				id: way.id,
				group,
				outcome: one ? resultOf(one, opens.length > 0) : "failed",
				detail: one && one.how !== "escaped" && one.how !== "impossible" ? detailOf(one) : "",
				stoppedBy: way.stoppedBy.filter((layer) => layer !== "landlock" || made.landlock > 0),
				opens,
			};
		}),
	);
}

function isOpened(permission: Permission, { landlock, network, permissions, weaker }: CageUnderTest): boolean {
	switch (permission) {
		case "network":
			return network === "host";
		case "abstract-sockets": {
			const isLimited = landlock >= landlockSince.scopes && limitsAbstractSockets(permissions);
			return network === "host" && permissions.unixSockets !== undefined && !isLimited;
		}
		case "ports":
			return landlock < landlockSince.ports || !limitsPorts(permissions);
		case "memfd":
			return permissions.memfd !== undefined;
		case "proc":
			return permissions.proc !== undefined;
		case "executable-data":
			return (permissions.executableData ?? []).length > 0;
		case "writable-code":
			return permissions.writableCode !== undefined;
		default:
			return (
				permissions.capabilities.some(({ idle, name }) => !idle && permission === `capability ${name}`) ||
				weaker.some((weakness) => permission === `weak ${weakness}`)
			);
	}
}

function resultOf({ how }: Attempt, opened: boolean): Result {
	if (how === "escaped") return opened ? "open" : "escaped";
	return how === "killed" ? "refused" : how;
}

function detailOf({ how, number }: Attempt): string {
	return how === "killed" ? (signals[number] ?? `signal ${number}`) : (errors[number] ?? (number ? `errno ${number}` : ""));
}

/** errno(3) for x86_64 and aarch64. */
const errors: Readonly<Record<number, string>> = {
	1: "EPERM",
	2: "ENOENT",
	3: "ESRCH",
	5: "EIO",
	6: "ENXIO",
	7: "E2BIG",
	9: "EBADF",
	11: "EAGAIN",
	13: "EACCES",
	14: "EFAULT",
	16: "EBUSY",
	18: "EXDEV",
	19: "ENODEV",
	20: "ENOTDIR",
	22: "EINVAL",
	25: "ENOTTY",
	28: "ENOSPC",
	30: "EROFS",
	38: "ENOSYS",
	93: "EPROTONOSUPPORT",
	94: "ESOCKTNOSUPPORT",
	95: "EOPNOTSUPP",
	97: "EAFNOSUPPORT",
	101: "ENETUNREACH",
	111: "ECONNREFUSED",
	126: "ENOKEY",
};
const signals: Readonly<Record<number, string>> = { 9: "SIGKILL", 11: "SIGSEGV", 31: "SIGSYS" };

/** Returns groups without an escape from the control run, which has no layers: there the test itself does not work. */
export function unproven(control: ReadonlyMap<string, Attempt>): Group[] {
	return groups.filter((group) => !techniques[group].some((way) => control.get(way.id)?.how === "escaped"));
}

/** Which escape techniques the kernel records, so that `watch` can raise an alarm. */
export interface AlarmCoverage {
	/** Techniques that the filter, Landlock or a missing capability refused. */
	readonly filtered: number;
	readonly raised: number;
	/** Seconds from a technique to its record, at most. */
	readonly slowest: number;
	/** Refused techniques without a record. */
	readonly silent: readonly string[];
}

/** The same as it is stored, with the generation that was measured. */
export interface MeasuredAlarms extends AlarmCoverage {
	readonly at: string;
	readonly generation: number;
}

/** Result of a cage's self-test. */
export interface Selftest {
	/** The service that was tested; absent for the launcher. */
	readonly unit?: string;
	readonly network: "host" | "own" | "none";
	readonly ways: readonly Outcome[];
	readonly audit: readonly Check[];
	/** Number of escapes from the same cage without layers, before and after the test. */
	readonly control: { readonly before: number; readonly after: number };
	/** Only if it was measured. */
	readonly alarms?: AlarmCoverage;
	readonly seconds: number;
}

/** The test, or the reason why it failed. */
export type Tested = { readonly test: Selftest; readonly untried?: never } | { readonly untried: Note; readonly test?: never };

/** The stored summary. */
export interface SelftestSummary {
	readonly at: string;
	readonly tried: number;
	readonly escaped: readonly string[];
	readonly openByDesign: readonly string[];
	/** Failed checks from outside. */
	readonly findings: readonly string[];
}

/** Returns the ids of the open techniques that the plan permits. The others succeed because the machine does not support a layer. */
export function permittedByPlan(openByDesign: readonly string[]): string[] {
	return openByDesign.filter((id) => !weakTechniques.has(id));
}

const weakTechniques: ReadonlySet<string> = new Set(
	groups.flatMap((group) =>
		techniques[group].flatMap(({ id, opens = [] }) =>
			opens.length > 0 && opens.every((permission) => permission.startsWith("weak ")) ? [id] : [],
		),
	),
);

export const withOutcome = (test: Selftest, outcome: Result) => test.ways.filter((way) => way.outcome === outcome);
export const failedChecks = (test: Selftest) => test.audit.filter((check) => !check.ok && !isWarning(check));

/** The same for a summary; an omitted test has found nothing. */
export const foundHolding = (summary: SelftestSummary | undefined) => !summary?.escaped.length && !summary?.findings.length;

/** Returns whether every attempt was refused and no expected layer is missing. */
export function holds(test: Selftest): boolean {
	return !withOutcome(test, "escaped").length && !withOutcome(test, "failed").length && !failedChecks(test).length;
}

/** What a cage stores about the self-test of this generation. */
export function storedResults(
	test: Selftest,
	at: string,
	generation: number,
): { readonly selftest: SelftestSummary; readonly alarms?: MeasuredAlarms } {
	return { selftest: summariseSelftest(test, at), ...(test.alarms ? { alarms: { ...test.alarms, at, generation } } : {}) };
}

/**
 * Why a refused technique left no record. `imitated`: the filter answers like a kernel without the call. `landlock`: only Landlock
 * refused it, which older kernels do not record, nor others without auditing. `memory`: only the missing capability refused it,
 * because the filter cannot read arguments in memory. `lost`: there should have been one.
 */
export type SilentReason = "imitated" | "landlock" | "memory" | "lost";

export function silentReason(test: Selftest, id: string): SilentReason {
	const way = test.ways.find((one) => one.id === id);
	if (way?.detail === "ENOSYS") return "imitated";
	if (way?.group === "sockets" && way.stoppedBy.includes("landlock")) return "landlock";
	return way?.stoppedBy.includes("seccomp") === false ? "memory" : "lost";
}

export function summariseSelftest(test: Selftest, at: string): SelftestSummary {
	const ids = (outcome: Result) => withOutcome(test, outcome).map(({ id }) => id);
	return {
		at,
		tried: test.ways.length - ids("impossible").length,
		escaped: ids("escaped"),
		openByDesign: ids("open"),
		findings: failedChecks(test).map(({ id }) => id),
	};
}
