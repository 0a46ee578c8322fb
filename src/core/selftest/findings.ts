import { type Check, isWarning } from "./outside.ts";
import type { Outcome, Result, Selftest } from "./verdict.ts";
import { failedChecks, withOutcome } from "./verdict.ts";

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
