import { showPath } from "../../core/path/quote.ts";
import { isBusy } from "../../core/wizard/reduced.ts";
import type { Tracing, WizardState } from "../../core/wizard/state.ts";
import { answersAlready } from "../../core/wizard/tracing.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { type Outcome, OutcomeLine, withPending } from "../parts/outcomes.tsx";
import { OutputTail } from "../parts/output.tsx";
import { Paragraph, paragraph } from "../parts/paragraph.tsx";

export function TraceStep() {
	const { height, messages, state, width } = useView();
	const { answers, trace } = state;
	const words = messages.wizard.trace;
	if (!trace || !answers) return null;
	const probes = withPending(answers.application.probes, trace.probes);
	const exercises = withPending(answers.application.exercises, trace.exercises);
	const newest = trace.newest.at(-1);
	// Two rows of output are worth more than the last of many exercises.
	const most = Math.max(2, height - 7);
	const asked = [...probes, ...exercises];
	const shown = asked.length > most ? worthSeeing(asked, most) : asked;
	const status = paragraph(statusText(state, messages), width, 2);
	const fixed = 3 + status.length + shown.length + (newest === undefined ? 0 : 1);
	return (
		<>
			<Paragraph lines={status} bold />
			<Line>{countsText(trace, messages)}</Line>
			{newest === undefined ? null : (
				<Line cut="middle" dimColor>
					{messages.fill(words.newest, { path: showPath(newest) })}
				</Line>
			)}
			<Line />
			{shown.map((outcome) => (
				<OutcomeLine key={outcome.command} outcome={outcome} />
			))}
			<Line dimColor>{words.output}</Line>
			<OutputTail height={height - fixed} />
		</>
	);
}

function countsText({ counts }: Tracing, messages: Messages): string {
	if (!counts) return "";
	return messages.fill(messages.wizard.trace.counts, {
		paths: counts.paths,
		read: counts.read,
		executed: counts.execute,
		written: counts.write + counts.create,
		missing: counts.missing,
	});
}

function worthSeeing(outcomes: readonly Outcome[], most: number): readonly Outcome[] {
	const failed = outcomes.filter((outcome) => outcome.ok === false);
	return [...failed, ...outcomes.filter((outcome) => outcome.ok !== false)].slice(0, most);
}

function statusText(state: WizardState, messages: Messages): string {
	const words = messages.wizard.trace;
	const { trace } = state;
	if (!trace) return "";
	if (!isBusy(state, "trace")) return state.failure || !trace.result ? words.failed : words.done;
	if (trace.enough) return words.finishing;
	if (!trace.running) return messages.fill(words.starting, { name: state.answers?.name ?? "" });
	return answersAlready(state) ? words.answering : words.waiting;
}
