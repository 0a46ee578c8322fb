import { showProbe } from "../../core/application/probe-lines.ts";
import { askingOf, isAmong } from "../../core/application/recognise.ts";
import { tellingWords } from "../../core/application/telling-words.ts";
import type { Note } from "../../core/failure.ts";
import { maskLine } from "../../core/record/mask.ts";
import type { ProbeOutcome } from "../events.ts";

/**
 * What neither the probes nor an exercise that passed in the sandbox prove. A probe that is not one of ours is the administrator's word, and so is
 * an exercise.
 */
export function unprovenNotes(probes: readonly string[], exercises: readonly ProbeOutcome[]): Note[] {
	const askings = probes.flatMap((line) => askingOf(line) ?? []);
	const ours = askings.flatMap((asking) => asking.exercises ?? []);
	const jobs = askings.flatMap((asking) => asking.job ?? []);
	const isProven = exercises.some(({ command, ok }) => ok && !isAmong(ours, command));
	const open = new Map(isProven ? [] : askings.flatMap(({ unproven }) => (unproven ? [[unproven.code, unproven] as const] : [])));
	const failed = exercises.filter(({ command, ok }) => !ok && !isAmong([...ours, ...jobs], command));
	return [
		...open.values(),
		...failed.map(({ command, output }) => ({
			code: "unproven-exercise",
			values: { exercise: maskLine(showProbe(command)), words: tellingWords(output) },
		})),
	];
}
