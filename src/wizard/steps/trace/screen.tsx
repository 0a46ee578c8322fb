import { Box } from "ink";
import { omitUndefined } from "../../../base/collections.ts";
import { addedText } from "../../../coverage/report/coverage.ts";
import { awaitedText as textOfAwaited } from "../../../make/report/progress.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { AccessCounts } from "../../../trace/recorder.ts";
import { Line, Paragraph, paragraph, SplitLine } from "../../parts/line.tsx";
import { useView } from "../../parts/look.ts";
import { markOf, type Outcome, outcomeText, toneOf, withPending, withPendingProbes } from "../../parts/outcomes.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { gapRows, OutputTail } from "../../parts/rows.tsx";
import type { WizardState } from "../../state/state.ts";
import type { TraceTab } from "../../state/tracing-state.ts";
import { isBusy } from "../../state/transitions.ts";
import { answersAlready, nextProposal, quiet } from "./reduce.ts";
import { TraceTabs, TraceView, titleOf } from "./views.tsx";

/** The progress of the trace: all views on a wide terminal, else the one whose tab is selected. */
export function TraceStep() {
	const { linear, state, width } = useView();
	if (!state.trace || !state.answers) return null;
	if (linear) return <Main isWide={false} />;
	return (
		<Panes detail={<SidePane />}>
			<Main isWide={width >= columnsForTwo} />
		</Panes>
	);
}

function Main({ isWide }: { isWide: boolean }) {
	const { height, linear, messages, state, width } = useView();
	const { trace } = state;
	if (!trace) return null;
	// A screen reader would repeat a number that changes every second.
	const awaited = linear ? undefined : awaitedText(state, messages);
	const status = paragraph(awaited ?? statusText(state, messages), width, 2);
	const added = addedLines(state, messages, width);
	const gap = gapRows(height);
	const fixed = status.length + 1 + added.length + 1 + 2 * gap;
	// On a small screen at most a third for the requests, because the views matter more than the last exercises.
	const room = height - fixed;
	const most = Math.max(1, Math.min(8, Math.floor(room / (room < 9 ? 3 : 2))));
	const requests = Math.min(most, requestsOf(state).length);
	const left = room - requests;
	return (
		<>
			<Paragraph lines={status} bold tone={quiet(state) ? "good" : undefined} />
			<Line dimColor>{countsText(trace.counts, messages)}</Line>
			<Paragraph lines={added} tone="accent" />
			{gap ? <Line /> : null}
			<TraceRequests height={requests} />
			{gap ? <Line /> : null}
			{isWide ? <Line bold>{messages.wizard.trace.output}</Line> : <TraceTabs />}
			{isWide ? <OutputTail height={left} /> : <TraceView tab={trace.tab} height={left} isActive />}
		</>
	);
}

/** All other views if they fit, else the selected one. */
function SidePane() {
	const { height, state } = useView();
	const { trace } = state;
	if (!trace) return null;
	const all = ["processes", "newest", "reached"] as const;
	const shown = height >= 24 ? all : [trace.tab === "output" ? "processes" : trace.tab];
	const share = Math.floor(height / shown.length);
	return shown.map((tab, index) => (
		<Section
			key={tab}
			tab={tab}
			isActive={tab === trace.tab || shown.length === 1}
			height={index === shown.length - 1 ? height - share * index : share}
		/>
	));
}

function Section({ height, isActive, tab }: { height: number; isActive: boolean; tab: Exclude<TraceTab, "output"> }) {
	const { messages, state, width } = useView();
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0} overflowY="hidden">
			<Line bold tone={isActive ? "accent" : undefined}>
				{titleOf(tab, state, messages)}
			</Line>
			{/* One row stays free before the next section. */}
			<TraceView tab={tab} height={height - 2} isActive={isActive} />
		</Box>
	);
}

function countsText(counts: AccessCounts | undefined, messages: Messages): string {
	if (!counts) return "";
	return messages.fill(messages.wizard.trace.counts, {
		paths: counts.paths,
		read: counts.read,
		executed: counts.execute,
		written: counts.write + counts.create,
		missing: counts.missing,
	});
}

function awaitedText(state: WizardState, messages: Messages): string | undefined {
	return state.awaited && isBusy(state, "trace") ? textOfAwaited(state.awaited, messages) : undefined;
}

function statusText(state: WizardState, messages: Messages): string {
	const words = messages.wizard.trace;
	const { trace } = state;
	if (!trace) return "";
	if (!isBusy(state, "trace")) {
		const { failure } = state;
		if (!trace.result) return failure && failure.code !== "cut-off" ? words.failed : words.unfinished;
		if (failure) return words.failedKept;
		return trace.runs > 1 ? messages.fill(words.doneRuns, { runs: trace.runs }) : words.done;
	}
	const attached = state.answers?.attach;
	if (trace.ending && attached && !trace.again) return words.finishingAttached;
	if (trace.ending) return trace.again ? words.finishingAgain : words.finishing;
	if (!trace.running && attached) return messages.fill(words.startingAttached, { pid: attached.pid });
	if (!trace.running) return messages.fill(words.starting, { name: state.answers?.name ?? "" });
	if (!answersAlready(state)) return words.waiting;
	const still = quiet(state);
	if (!still) return nextProposal(state)?.kind === "command" ? words.answeringNext : words.answering;
	return messages.fill(still.kind === "since-exercise" ? words.quietSince : words.quietFor, { seconds: still.seconds });
}

function addedLines({ trace }: WizardState, messages: Messages, width: number): readonly string[] {
	if (trace?.adding) return [messages.fill(messages.wizard.trace.adding, { run: trace.runs + 1 })];
	if (!trace?.added) return [];
	const { names } = trace.added;
	return paragraph(
		addedText(trace.added, (uid) => names?.[uid] ?? String(uid), messages),
		width,
		2,
	);
}

/** A probe, or an exercise with the number of paths that it added. */
interface Request extends Outcome {
	readonly gained?: number;
	readonly isRunning: boolean;
}

/** Probes, then exercises. */
function requestsOf(state: WizardState): readonly Request[] {
	const { answers, trace } = state;
	if (!answers || !trace) return [];
	const { exercise, gains } = trace.novelty;
	const lines = [...new Set([...answers.application.exercises, ...trace.asked])];
	const exercises = withPending(lines, trace.exercises);
	return [
		...withPendingProbes(answers.application.probes, trace.probes).map((outcome) => ({ ...outcome, isRunning: false })),
		...exercises.map((outcome) => {
			const gained = gains[outcome.command];
			const isRunning = isBusy(state, "trace") && exercise?.command === outcome.command && !exercise.over;
			return { ...outcome, isRunning, ...omitUndefined({ gained }) };
		}),
	];
}

/** If not all of them fit, those that failed or are running come first, and the last row says how many answered. */
function TraceRequests({ height }: { height: number }) {
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
