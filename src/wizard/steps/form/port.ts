import { splitCommandLine } from "../../../core/application/command-line.ts";
import type { Answers } from "../../../core/questions/answers.ts";
import { textLine } from "../../line.ts";
import type { Form } from "../../state.ts";

/** A number by itself: no part of an address or a version. */
const number = /(?<![\d.])\d{1,5}(?![\d.])/g;
const followers = ["probe", "exercise"] as const;

/**
 * Probes and exercises that were proposed for the port in the command go with it when it is changed, as long as nobody changes them otherwise: else the
 * application would be asked where it is not.
 */
export function followPort(form: Form, { application }: Pick<Answers, "application">): Form {
	const split = splitCommandLine(form.rows.find(({ field }) => field === "command")?.line.text ?? "");
	if ("error" in split || split.words.length !== application.command.length) return form;
	const proposed = { probe: application.probes, exercise: application.exercises };
	const all = [...proposed.probe, ...proposed.exercise];
	for (const [at, word] of application.command.entries()) {
		for (const { 0: port, index } of word.matchAll(number)) {
			if (!all.some((line) => numbersOf(line).includes(port))) continue;
			const [before, after] = [word.slice(0, index), word.slice(index + port.length)];
			const now = split.words[at] ?? "";
			const typed = now.slice(before.length, now.length - after.length);
			if (now !== before + typed + after || !isPort(typed)) continue;
			const rows = form.rows.map((row) => {
				const field = followers.find((one) => one === row.field);
				const line = field && proposed[field].find((one) => isFor(row.line.text, one, port));
				return line === undefined ? row : { ...row, line: textLine(withPort(line, port, typed)) };
			});
			return { ...form, rows };
		}
	}
	return form;
}

const numbersOf = (line: string): readonly string[] => line.match(number) ?? [];

function isPort(text: string): boolean {
	return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function withPort(line: string, port: string, other: string): string {
	return line.replace(number, (found) => (found === port ? other : found));
}

/** Whether a text is the proposed line with some port in place of the proposed one. */
function isFor(text: string, line: string, port: string): boolean {
	const at = numbersOf(line).indexOf(port);
	const other = at < 0 ? undefined : numbersOf(text)[at];
	return other !== undefined && text === withPort(line, port, other);
}
