import type { Weakness } from "../confinement/method.ts";
import type { Permissions } from "../plan/plan.ts";
import { type Check, isWarning } from "./outside.ts";
import { type Group, groups, type Permission, type Stop } from "./way.ts";
import { ways } from "./ways/ways.ts";

/** One thing that the test has to say of a cage. `act`: somebody should do something. `design`: the plan opens it, or it is worth knowing. */
export type Finding = { readonly urgency: "act" | "design" | "fine" } & (
	| { readonly kind: "way"; readonly way: Outcome }
	| { readonly kind: "check"; readonly check: Check }
);

const wayUrgency: Readonly<Record<Result, Finding["urgency"]>> = {
	escaped: "act",
	failed: "act",
	open: "design",
	refused: "fine",
	impossible: "fine",
};

/** Those that somebody has to act upon first. */
export function findingsOf(test: Selftest): readonly Finding[] {
	const all: Finding[] = [
		...test.ways.map((way) => ({ kind: "way" as const, way, urgency: wayUrgency[way.outcome] })),
		...test.audit.map((check) => ({ kind: "check" as const, check, urgency: checkUrgency(check) })),
	];
	return (["act", "design", "fine"] as const).flatMap((urgency) => all.filter((finding) => finding.urgency === urgency));
}

function checkUrgency(check: Check): Finding["urgency"] {
	if (check.ok) return "fine";
	return isWarning(check) ? "design" : "act";
}

/** The verdict in numbers. `missing` are checks from outside that failed. */
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
		open: count("open"),
		escaped: count("escaped"),
		missing: failedChecks(test).length,
	};
}

/** What became of the attempts. */

/**
 * `escaped`: out. `open`: out, by something that the cage was made with. `refused`: by the kernel, with an
 * error. `impossible`: there was nothing to try. `failed`: the attempt itself came to no end.
 */
export type Result = "escaped" | "open" | "refused" | "impossible" | "failed";

export interface Outcome {
	readonly id: string;
	readonly group: Group;
	readonly outcome: Result;
	/** The name of the error, or of the signal that ended the attempt. */
	readonly detail: string;
	readonly stoppedBy: readonly Stop[];
	readonly opens: readonly Permission[];
}

/** What an attempt printed. */
export interface Attempt {
	readonly how: "escaped" | "refused" | "impossible" | "failed" | "killed";
	readonly number: number;
}

/** By way. `done` once all of them are over. */
export function parseAttempts(output: string): { readonly attempts: ReadonlyMap<string, Attempt>; readonly done: boolean } {
	const attempts = new Map<string, Attempt>();
	const lines = output.split("\n");
	for (const line of lines) {
		const [id = "", how, number = ""] = line.split("\t");
		if (isHow(how)) attempts.set(id, { how, number: Number(number) });
	}
	return { attempts, done: lines.includes("done") };
}

function isHow(text: string | undefined): text is Attempt["how"] {
	return text !== undefined && ["escaped", "refused", "impossible", "failed", "killed"].includes(text);
}

/** What the cage was made with, and what its launcher cannot give. */
export interface Made {
	readonly permissions: Permissions;
	readonly network: "host" | "own" | "none";
	readonly weaker: readonly Weakness[];
}

export function outcomesOf(attempts: ReadonlyMap<string, Attempt>, made: Made): Outcome[] {
	return groups.flatMap((group) =>
		ways[group].map((way) => {
			const opens = (way.opens ?? []).filter((permission) => isOpened(permission, made));
			const one = attempts.get(way.id);
			return {
				id: way.id,
				group,
				outcome: one ? resultOf(one, opens.length > 0) : "failed",
				detail: one && one.how !== "escaped" && one.how !== "impossible" ? detailOf(one) : "",
				stoppedBy: way.stoppedBy,
				opens,
			};
		}),
	);
}

function isOpened(permission: Permission, { network, permissions, weaker }: Made): boolean {
	switch (permission) {
		case "network":
			return network === "host";
		case "unix-sockets":
			return network === "host" && permissions.unixSockets !== undefined;
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

/** errno(3), as x86_64 and aarch64 number them. */
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

/** Groups of which a launch without any layer let out nobody: then the test itself does not work. */
export function unproven(control: ReadonlyMap<string, Attempt>): Group[] {
	return groups.filter((group) => !ways[group].some((way) => control.get(way.id)?.how === "escaped"));
}

/** How the test of a cage went. */
export interface Selftest {
	/** The service as which it was started; absent where the launcher did that. */
	readonly unit?: string;
	readonly network: "host" | "own" | "none";
	readonly ways: readonly Outcome[];
	readonly audit: readonly Check[];
	/** How many ways led out of the same cage without any layer, before and afterwards. */
	readonly control: { readonly before: number; readonly after: number };
	readonly seconds: number;
}

/** The test, or why it could not be done. */
export type Tested =
	| { readonly test: Selftest; readonly untried?: never }
	| {
			readonly untried: { readonly code: string; readonly values: Readonly<Record<string, string | number>> };
			readonly test?: never;
	  };

/** What is remembered of it. */
export interface SelftestSummary {
	readonly at: string;
	readonly tried: number;
	readonly escaped: readonly string[];
	readonly openByDesign: readonly string[];
	/** Checks from outside that failed. */
	readonly findings: readonly string[];
}

export const withOutcome = (test: Selftest, outcome: Result) => test.ways.filter((way) => way.outcome === outcome);
export const failedChecks = (test: Selftest) => test.audit.filter((check) => !check.ok && !isWarning(check));

/** The same, of what is remembered; a test that was not made has found nothing. */
export const foundHolding = (summary: SelftestSummary | undefined) => !summary?.escaped.length && !summary?.findings.length;

/** Every attempt was refused, and nothing that should hold is missing. */
export function holds(test: Selftest): boolean {
	return !withOutcome(test, "escaped").length && !withOutcome(test, "failed").length && !failedChecks(test).length;
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
