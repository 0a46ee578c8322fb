import type { ProbeOutcome } from "../../base/engine/events.ts";
import { printable } from "../../base/path/quote.ts";
import { probeWords } from "../../probe/lines.ts";
import { Line } from "./line.tsx";
import type { Tone } from "./look.ts";

export interface Outcome extends Omit<ProbeOutcome, "ok"> {
	readonly ok: boolean | undefined;
}

/** The outcome of every line; that of a line which has not run yet is undefined. */
export function withPending(lines: readonly string[], outcomes: readonly ProbeOutcome[]): Outcome[] {
	const known = new Map(outcomes.map((outcome) => [outcome.command, outcome]));
	const pending = lines.map((command): Outcome => known.get(command) ?? { command, ok: undefined, output: "" });
	return [...pending, ...outcomes.filter((outcome) => !lines.includes(outcome.command))];
}

/** The same for probes: one that could run and failed used up the time, so that none after it ran. */
export function withPendingProbes(lines: readonly string[], outcomes: readonly ProbeOutcome[]): Outcome[] {
	const last = outcomes.findIndex(({ ok, status }) => !ok && status === undefined);
	return withPending(lines, last === -1 ? outcomes : outcomes.slice(0, last + 1));
}

export function markOf({ ok }: Pick<Outcome, "ok">): string {
	return ok === undefined ? "•" : ok ? "✓" : "✗";
}

export function toneOf({ ok }: Pick<Outcome, "ok">): Tone | undefined {
	return ok === undefined ? undefined : ok ? "good" : "bad";
}

/** The command, and the last line that it printed if it failed. */
export function outcomeText(outcome: Outcome): string {
	const { command, ok, output } = outcome;
	const reason = ok === false && output !== "" ? `: ${lastLine(output)}` : "";
	return `${markOf(outcome)} ${printable(probeWords(command) + reason)}`;
}

export function OutcomeLine({ outcome }: { outcome: Outcome }) {
	return <Line tone={toneOf(outcome)}>{outcomeText(outcome)}</Line>;
}

export function lastLine(text: string): string {
	return text.trim().split("\n").at(-1) ?? "";
}

/** For steps that are done, current and to come. */
export const stepMarks = (plain: boolean) => (plain ? (["[x]", "[>]", "[ ]"] as const) : (["✓", "▸", "○"] as const));
