import { probeWords } from "../../core/application/probe-lines.ts";
import { printable } from "../../core/path/quote.ts";
import type { ProbeOutcome } from "../../engine/events.ts";
import { Line } from "./line.tsx";

export interface Outcome extends Omit<ProbeOutcome, "ok"> {
	readonly ok: boolean | undefined;
}

/** What was asked, in the order of asking; what has not answered yet says so. */
export function withPending(lines: readonly string[], outcomes: readonly ProbeOutcome[]): Outcome[] {
	const known = new Map(outcomes.map((outcome) => [outcome.command, outcome]));
	const pending = lines.map((command): Outcome => known.get(command) ?? { command, ok: undefined, output: "" });
	return [...pending, ...outcomes.filter((outcome) => !lines.includes(outcome.command))];
}

export function markOf({ ok }: Pick<Outcome, "ok">): string {
	return ok === undefined ? "[..]" : ok ? "[ok]" : "[!!]";
}

export function OutcomeLine({ outcome }: { outcome: Outcome }) {
	const said = outcome.ok === false && outcome.output !== "" ? `: ${lastLine(outcome.output)}` : "";
	return (
		<Line {...(outcome.ok === false ? { color: "red" } : outcome.ok ? { color: "green" } : {})}>
			{`${markOf(outcome)} ${printable(probeWords(outcome.command))}${printable(said)}`}
		</Line>
	);
}

export function lastLine(text: string): string {
	return text.trim().split("\n").at(-1) ?? "";
}
