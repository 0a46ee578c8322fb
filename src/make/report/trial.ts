import { printable } from "../../base/path/quote.ts";
import { indent, printableLines, table } from "../../cli/format.ts";
import type { CageWatch } from "../../failure-watch/engine/failure-watch.ts";
import type { Messages } from "../../messages/messages.ts";
import { isOffer } from "../../plan/missing.ts";
import { missingTable, missingToJson } from "../../plan/report/missing.ts";
import { offeredTable } from "../../plan/report/offers.ts";
import { probeWords } from "../../probe/lines.ts";
import type { TrialRound } from "../engine/trial.ts";
import type { UnitTrial } from "../engine/unit-trial.ts";

/** A row of the table of rounds. Trials of older versions have fewer values. */
interface RoundRow {
	readonly round: number;
	readonly answered: boolean;
	readonly probes: readonly { readonly ok: boolean }[];
	readonly missing: readonly unknown[];
	readonly generation?: number;
	readonly seconds?: number;
	readonly added?: readonly string[];
}

/** The rounds of a trial, one per line below a head. Added items come last, because the line may be cut. */
export function roundsTable(rounds: readonly RoundRow[], messages: Messages): string {
	const words = messages.cli.round;
	const rows = rounds.map(({ added = [], answered, generation, missing, probes, round, seconds }) => [
		String(round),
		answered ? words.yes : words.no,
		`${probes.filter((probe) => probe.ok).length}/${probes.length}`,
		String(missing.length),
		generation === undefined ? "-" : String(generation),
		seconds === undefined ? "-" : messages.count(Math.round(seconds * 10) / 10),
		added.map(printable).join(", ") || "-",
	]);
	return table([words.head, ...rows]);
}

/** One round of a trial. `open` is the number of missing items that can be added. */
export function roundText(
	name: string,
	round: TrialRound,
	{ open, ...row }: Pick<RoundRow, "generation" | "seconds"> & { readonly open: number },
	messages: Messages,
): string {
	const words = messages.cli.round;
	const lines = [roundsTable([{ ...round, ...row }], messages), ""];
	for (const { command, ok, output } of round.probes) {
		lines.push(words.probe(ok, printable(probeWords(command))));
		if (!ok && output) lines.push(indent(printableLines(output)));
	}
	lines.push(...round.failedExercises.map((exercise) => words.exercise(printable(probeWords(exercise)))));
	if (round.missing.length) lines.push(words.missing, indent(missingTable(round.missing, messages)));
	else lines.push(words.none);
	const offered = offeredTable(
		round.missing.filter((one) => isOffer(one, round)),
		messages,
	);
	if (offered !== undefined) lines.push(`${messages.cli.made.offered}:`, indent(offered));
	if (!round.answered && round.output) {
		lines.push(words.said, indent(printableLines(round.output.trim().split("\n").slice(-5).join("\n"))));
	}
	if (open) lines.push(words.fix(name));
	return lines.join("\n");
}

/** The trial as a systemd service. */
export function unitTrialText({ failed, passed, probes, seconds, state, unit, words }: UnitTrial, messages: Messages): string {
	const { round, unitTrial } = messages.cli;
	if (failed === undefined) return unitTrial.passed(unit, passed, messages.count(seconds));
	return [
		unitTrial.failed(unit, failed, printable(state)),
		...probes.map(({ command, ok }) => round.probe(ok, printable(probeWords(command)))),
		...(words === "" ? [] : [round.said, indent(printable(words))]),
	].join("\n");
}

/** The result of watching a running cage, as text and JSON. */

export function watchedText(name: string, { missed, watched }: CageWatch, update: string, messages: Messages): string {
	const words = messages.cli.watch;
	const time = words.time(watched.seconds);
	if (!missed.length) return words.nothing(name, time);
	const lines = [words.missed(name, time, missed.length), indent(missingTable(missed, messages))];
	if (missed.some((one) => !one.private)) lines.push(words.take(update));
	if (missed.some((one) => one.private)) lines.push(words.takePrivate(`${update} --include PATH`));
	return lines.join("\n");
}

export function watchedToJson(name: string, { interrupted, missed, watched }: CageWatch) {
	const { failures, ...times } = watched;
	return { name, interrupted, watched: { ...times, failures: failures.length }, missed: missed.map(missingToJson) };
}
