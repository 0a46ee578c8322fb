import { findingsOf } from "../../core/selftest/verdict.ts";
import { findingLines, verdictText } from "../../report/selftest.ts";
import { useView } from "../look.ts";
import { wrapWords } from "../parts/wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** The verdict and each finding with what it means and how to close it; what has to be acted upon first. */
export function SelftestPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const test = state.trial.tested?.test;
	if (!test) {
		const untried = state.trial.tested?.untried;
		const why = untried ? messages.note(untried.code, untried.values) : "";
		return <ScrollPage title={messages.selftest.section} lines={wrapWords(messages.fill(words.untested, { why }), width)} />;
	}
	const findings = findingsOf(test);
	const urgency = { act: words.findings, design: words.designed, fine: words.others };
	const texts = (Object.keys(urgency) as (keyof typeof urgency)[]).flatMap((one) => {
		const of = findings.filter((finding) => finding.urgency === one);
		return of.length ? ["", `${urgency[one]}:`, ...of.flatMap((finding) => findingLines(finding, messages))] : [];
	});
	// That the test itself works is worth a line, after what it found.
	const all = [...texts.slice(1), "", messages.selftest.control(test.control.before, test.control.after)];
	const lines = all.flatMap((text) => (text === "" ? [""] : indented(text, width)));
	return <ScrollPage title={verdictText(test, messages)} lines={lines} />;
}

/** The rows that follow stand as far in as the first. */
function indented(text: string, width: number): string[] {
	const margin = " ".repeat(text.length - text.trimStart().length);
	return wrapWords(text.trimStart(), width - margin.length).map((row) => margin + row);
}
