import { type Check, isWarning } from "./outside.ts";
import type { Outcome, Result, Selftest } from "./verdict.ts";
import { failedChecks, withOutcome } from "./verdict.ts";

/** One thing that the test has to say of a cage. */
export type Finding =
	| { readonly kind: "way"; readonly way: Outcome }
	| { readonly kind: "check"; readonly check: Check; readonly state: "failed" | "warning" | "ok" };

/** First what somebody has to act upon, last what is as it should be. */
export function findingsOf(test: Selftest): readonly Finding[] {
	const of = (...outcomes: Result[]): Finding[] =>
		outcomes.flatMap((outcome) => withOutcome(test, outcome).map((way) => ({ kind: "way", way })));
	const checks = (state: "failed" | "warning" | "ok"): Finding[] =>
		test.audit.filter((check) => stateOf(check) === state).map((check) => ({ kind: "check", check, state }));
	return [
		...of("escaped", "failed"),
		...checks("failed"),
		...of("open"),
		...checks("warning"),
		...of("refused"),
		...checks("ok"),
		...of("impossible"),
	];
}

function stateOf(check: Check): "failed" | "warning" | "ok" {
	if (check.ok) return "ok";
	return isWarning(check) ? "warning" : "failed";
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
