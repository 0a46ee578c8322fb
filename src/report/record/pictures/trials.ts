import { maskLine } from "../../../core/record/mask.ts";
import { type CageRecord, trialsOf } from "../../../core/record/record.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Markup } from "../markup.ts";
import { type Bar, barChart } from "./bars.ts";

/** How the trials went: each round by its time, in the colour of its outcome. */
export function trialsPicture(record: CageRecord, messages: Messages): Markup {
	const { figures, roundOf } = messages.record.parts;
	const fill = messages.fill;
	const bars = trialsOf(record).map((trial): Bar => {
		const missing = trial.missing.filter(({ declined }) => !declined).length;
		const notes = [
			...(trial.seconds === undefined ? [] : [fill(figures.seconds, { seconds: trial.seconds })]),
			trial.answered ? figures.answered : figures.silent,
			...(missing ? [fill(figures.missing, { count: missing })] : []),
			...(trial.added.length ? [fill(figures.added, { what: trial.added.map(maskLine).join(", ") })] : []),
		];
		return {
			label: fill(roundOf, { round: trial.round }),
			value: trial.seconds ?? 0,
			note: notes.join(", "),
			kind: trial.answered ? "good" : "bad",
		};
	});
	return barChart(bars, figures.trials);
}
