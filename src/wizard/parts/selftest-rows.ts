import type { Messages } from "../../messages/messages.ts";
import { resultLines, verdictText } from "../../selftest/report/selftest.ts";
import { rankedResults } from "../../selftest/verdict.ts";
import type { WizardState } from "../state/state.ts";
import { wrapWords } from "./fit.ts";

/** The verdict of the self-test and its results, the most urgent first, wrapped. */
export function selftestRows({ trial }: WizardState, messages: Messages, width: number): string[] {
	const words = messages.wizard.trial;
	const test = trial.tested?.test;
	if (!test) return [];
	const results = rankedResults(test);
	const titles = { act: words.findings, design: words.designed, fine: words.others };
	const sections = (Object.keys(titles) as (keyof typeof titles)[]).flatMap((urgency) => {
		const own = results.filter((result) => result.urgency === urgency);
		return own.length ? ["", `${titles[urgency]}:`, ...own.flatMap((result) => resultLines(result, messages))] : [];
	});
	const lines = [
		verdictText(test, messages),
		...sections,
		"",
		messages.selftest.control(test.control.before, test.control.after),
	];
	return lines.flatMap((line) => (line === "" ? [""] : indented(withMarks(line), width)));
}

const marks: Readonly<Record<string, string>> = { "[ok]": "✓", "[!!]": "✗", "[--]": "◦" };

function withMarks(line: string): string {
	return line.replace(/^\[(?:ok|!!|--)\]/, (mark) => marks[mark] ?? mark);
}

/** Wraps with the indentation of the first row. */
function indented(text: string, width: number): string[] {
	const margin = " ".repeat(text.length - text.trimStart().length);
	return wrapWords(text.trimStart(), width - margin.length).map((row) => margin + row);
}
