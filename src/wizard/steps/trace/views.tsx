import type { ShownProcesses } from "../../../base/engine/events.ts";
import { baseName } from "../../../base/path/path.ts";
import { printable, showPath } from "../../../base/path/quote.ts";
import { totalCoverage } from "../../../coverage/coverage.ts";
import type { NextExercise } from "../../../coverage/next-exercises.ts";
import { coverageLine, nextText } from "../../../coverage/report/coverage.ts";
import type { Messages } from "../../../messages/messages.ts";
import { Line, Paragraph, paragraph, SplitLine } from "../../parts/line.tsx";
import { useView } from "../../parts/look.ts";
import { Tabs } from "../../parts/panes.tsx";
import { cursorMark, OutputTail, Rows } from "../../parts/rows.tsx";
import type { WizardState } from "../../state/state.ts";
import { type TraceTab, traceTabs } from "../../state/tracing-state.ts";
import { isBusy } from "../../state/transitions.ts";
import { nextProposal, proposals } from "./reduce.ts";

interface ViewProps {
	readonly height: number;
	/** It has the cursor. */
	readonly isActive: boolean;
}

export function TraceView({ tab, ...props }: ViewProps & { tab: TraceTab }) {
	if (props.height < 1) return null;
	if (tab === "output") return <OutputTail height={props.height} />;
	if (tab === "processes") return <Processes {...props} />;
	return tab === "newest" ? <NewestPaths {...props} /> : <ReachedSoFar {...props} />;
}

export function TraceTabs() {
	const { messages, state } = useView();
	const { trace } = state;
	if (!trace) return null;
	const words = messages.wizard.trace.tabs;
	const numbers = numbersOf(state, messages);
	return <Tabs names={traceTabs.map((tab) => `${words[tab]} ${numbers[tab]}`.trimEnd())} active={traceTabs.indexOf(trace.tab)} />;
}

function numbersOf({ trace }: WizardState, messages: Messages): Record<TraceTab, string> {
	const coverage = trace?.reached?.coverage;
	const reach = coverage && totalCoverage(coverage);
	return {
		output: "",
		processes: trace?.processes ? messages.count(trace.processes.living) : "",
		newest: trace?.counts ? messages.count(trace.counts.paths) : "",
		reached: reach ? `${messages.count(reach.reached)}/${messages.count(reach.of)}` : "",
	};
}

export function titleOf(tab: Exclude<TraceTab, "output">, { trace }: WizardState, messages: Messages): string {
	const { ended = 0, living = 0 } = trace?.processes ?? {};
	return messages.fill(messages.wizard.trace.titles[tab], { living, ended });
}

/** -1 for a list without the cursor: its beginning is shown. */
function useCursor(isActive: boolean): number {
	const { state } = useView();
	return isActive ? (state.cursors.trace ?? 0) : -1;
}

function Processes({ height, isActive }: ViewProps) {
	const { messages, state, width } = useView();
	const cursor = useCursor(isActive);
	const rows = state.trace?.processes?.rows ?? [];
	if (!rows.length) return <Line dimColor>{messages.wizard.trace.noProcesses}</Line>;
	return (
		<Rows
			items={rows}
			cursor={cursor}
			height={height}
			row={(row, selected) => (
				<SplitLine
					key={row.pid}
					width={width}
					selected={selected}
					dimColor={row.ended !== undefined}
					left={`${cursorMark(selected)} ${"  ".repeat(Math.min(row.depth, 8))}${row.shownPid} ${row.program ? showPath(baseName(row.program)) : "?"}`}
					right={processDetails(row, messages)}
				/>
			)}
		/>
	);
}

function processDetails(row: ShownProcesses["rows"][number], messages: Messages): string {
	const words = messages.wizard.trace;
	const { account, ended, threads, uid } = row;
	const [how = "", what = ""] = ended?.split(" ") ?? [];
	return [
		...(uid === undefined ? [] : [messages.fill(words.account, { name: account ?? uid })]),
		...(threads ? [messages.fill(words.threads, { count: threads })] : []),
		...(ended === undefined
			? []
			: [how === "signal" ? messages.fill(words.killed, { signal: what }) : messages.fill(words.exited, { status: what })]),
	].join(", ");
}

function NewestPaths({ height, isActive }: ViewProps) {
	const { messages, state, width } = useView();
	const cursor = useCursor(isActive);
	const paths = [...(state.trace?.newest ?? [])].reverse();
	if (!paths.length) return <Line dimColor>{messages.wizard.trace.noPaths}</Line>;
	return (
		<Rows
			items={paths}
			cursor={cursor}
			height={height}
			row={(path, selected) => (
				<Line key={path} width={width} cut="middle" selected={selected}>
					{`${cursorMark(selected)} ${showPath(path)}`}
				</Line>
			)}
		/>
	);
}

/** Coverage, and proposals for exercises; the key for it runs the marked one. */
function ReachedSoFar({ height, isActive }: ViewProps) {
	const { messages, state, width } = useView();
	const words = messages.wizard;
	const cursor = useCursor(isActive);
	const { trace } = state;
	if (!trace?.reached) return <Line dimColor>{isBusy(state, "trace") ? words.trace.measuring : words.trace.noPaths}</Line>;
	const { coverage } = trace.reached;
	const lines = paragraph(coverage ? coverageLine(coverage, messages) : words.coverage.noPackage, width, height > 5 ? 2 : 1);
	const next = proposals(trace);
	// The proposal that the key would run is marked even if the cursor is in another view.
	const marked = nextProposal(state);
	return (
		<>
			<Paragraph lines={lines} />
			{next.length ? null : <Line dimColor>{words.coverage.nothing}</Line>}
			<Rows
				items={next}
				cursor={cursor}
				height={height - lines.length - (next.length ? 0 : 1)}
				row={(one, _, index) => <NextLine key={index} next={one} selected={one === marked} width={width} messages={messages} />}
			/>
		</>
	);
}

interface NextLineProps {
	readonly next: NextExercise;
	readonly selected: boolean;
	readonly width: number;
	readonly messages: Messages;
}

function NextLine({ messages, next, selected, width }: NextLineProps) {
	return (
		<SplitLine
			width={width}
			selected={selected}
			cut={next.kind === "command" ? "middle" : "end"}
			dimColor={next.kind !== "command" && !selected}
			left={`${cursorMark(selected)} ${printable(nextText(next, messages))}`}
			right={next.kind === "command" ? messages.wizard.coverage.shows[next.shows] : ""}
		/>
	);
}
