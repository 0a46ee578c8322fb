import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { Line, SplitLine } from "../../parts/line.tsx";
import { markOf, type Outcome, outcomeText, toneOf, withPending } from "../../parts/outcomes.tsx";
import type { WizardState } from "../../state.ts";
import { isBusy } from "../../transitions.ts";

/** A probe, or an exercise with the number of paths that it added. */
interface Request extends Outcome {
	readonly gained?: number;
	readonly isRunning: boolean;
}

/** Probes, then exercises. */
export function requestsOf(state: WizardState): readonly Request[] {
	const { answers, trace } = state;
	if (!answers || !trace) return [];
	const { exercise, gains } = trace.novelty;
	const lines = [...new Set([...answers.application.exercises, ...trace.asked])];
	const exercises = withPending(lines, trace.exercises);
	return [
		...withPending(answers.application.probes, trace.probes).map((outcome) => ({ ...outcome, isRunning: false })),
		...exercises.map((outcome) => {
			const gained = gains[outcome.command];
			const isRunning = isBusy(state, "trace") && exercise?.command === outcome.command && !exercise.over;
			return { ...outcome, isRunning, ...(gained === undefined ? {} : { gained }) };
		}),
	];
}

/** If not all of them fit, those that failed or are running come first, and the last row says how many answered. */
export function TraceRequests({ height }: { height: number }) {
	const { messages, state, width } = useView();
	const all = requestsOf(state);
	const crowded = all.length > height;
	const rank = ({ isRunning, ok }: Request) => (ok === false ? 0 : isRunning ? 1 : ok === undefined ? 2 : 3);
	const ranked = [...all].sort((a, b) => rank(a) - rank(b));
	// A single row shows the one that failed, not the sum.
	const isAlone = height === 1 && ranked[0] !== undefined && rank(ranked[0]) < 2;
	const shown = !crowded ? all : ranked.slice(0, isAlone ? 1 : height - 1);
	return (
		<>
			{shown.map((asked) => (
				<SplitLine
					key={asked.command}
					tone={toneOf(asked)}
					width={width}
					left={outcomeText(asked)}
					right={gainText(asked, messages)}
				/>
			))}
			{crowded && !isAlone ? <Sum all={all} messages={messages} /> : null}
		</>
	);
}

function Sum({ all, messages }: { all: readonly Request[]; messages: Messages }) {
	const answered = all.filter(({ ok }) => ok).length;
	const ok = all.some((one) => one.ok === false) ? false : answered === all.length ? true : undefined;
	return (
		<Line
			tone={toneOf({ ok })}
		>{`${markOf({ ok })} ${messages.fill(messages.wizard.trace.sum, { answered, all: all.length })}`}</Line>
	);
}

function gainText({ gained, isRunning, ok }: Request, messages: Messages): string {
	const words = messages.wizard.trace;
	if (isRunning) return words.running;
	if (gained === undefined || ok === undefined) return "";
	return gained > 0 ? messages.fill(words.gained, { count: gained }) : words.gainedNothing;
}
