import { baseName } from "../../../core/path/path.ts";
import { printable, showPath } from "../../../core/path/quote.ts";
import { type NextExercise, totalCoverage } from "../../../core/plan/coverage.ts";
import type { ShownProcesses } from "../../../engine/events.ts";
import type { Messages } from "../../../messages/messages.ts";
import { coverageLine, nextText } from "../../../report/coverage.ts";
import { useView } from "../../look.ts";
import { Line, Paragraph, paragraph, SplitLine } from "../../parts/line.tsx";
import { OutputTail } from "../../parts/output.tsx";
import { Rows } from "../../parts/rows.tsx";
import type { WizardState } from "../../state.ts";
import { nextProposal, proposals } from "./reduce.ts";
import { type TraceTab, traceTabs } from "./tracing-state.ts";

interface ViewProps {
	readonly height: number;
	/** The cursor is in it. */
	readonly isActive: boolean;
}

/** One of the pictures of what happens, in so many rows. */
export function TraceView({ tab, ...props }: ViewProps & { tab: TraceTab }) {
	if (props.height < 1) return null;
	if (tab === "output") return <OutputTail height={props.height} />;
	if (tab === "processes") return <Processes {...props} />;
	return tab === "newest" ? <NewestPaths {...props} /> : <ReachedSoFar {...props} />;
}

/** The tabs with what there is in each; where that has no room, the number of the shown one stays. */
export function TraceTabs() {
	const { messages, state, width } = useView();
	const { trace } = state;
	if (!trace) return null;
	const words = messages.wizard.trace.tabs;
	const label = (tab: TraceTab, number: string) => {
		const text = number === "" ? words[tab] : `${words[tab]} ${number}`;
		return tab === trace.tab ? `<${text}>` : ` ${text} `;
	};
	const numbers = numbersOf(state, messages);
	const long = traceTabs.map((tab) => label(tab, numbers[tab])).join("");
	const short = traceTabs.map((tab) => (tab === trace.tab ? `<${words[tab]}>` : words[tab])).join(" ");
	return <Line bold>{long.length <= width ? long : short}</Line>;
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

/** Of a list that does not have the cursor the beginning is shown. */
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
					bold={selected}
					dimColor={row.ended !== undefined}
					left={`${"  ".repeat(Math.min(row.depth, 8))}${row.pid} ${row.program ? showPath(baseName(row.program)) : "?"}`}
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
				<Line key={path} width={width} cut="middle" bold={selected}>
					{showPath(path)}
				</Line>
			)}
		/>
	);
}

/** How much of the packages is reached, and what could be exercised next: the key for it runs the marked one. */
function ReachedSoFar({ height, isActive }: ViewProps) {
	const { messages, state, width } = useView();
	const words = messages.wizard;
	const cursor = useCursor(isActive);
	const { trace } = state;
	if (!trace?.reached) return <Line dimColor>{words.trace.measuring}</Line>;
	const { coverage } = trace.reached;
	const lines = paragraph(coverage ? coverageLine(coverage, messages) : words.coverage.noPackage, width, height > 5 ? 2 : 1);
	const next = proposals(trace);
	// Also where the cursor is elsewhere, the one that the key would run is marked.
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
			bold={selected}
			{...(selected ? { color: "cyan" } : {})}
			cut={next.kind === "command" ? "middle" : "end"}
			dimColor={next.kind !== "command" && !selected}
			left={`${selected ? ">" : " "} ${printable(nextText(next, messages))}`}
			right={next.kind === "command" ? messages.wizard.coverage.shows[next.shows] : ""}
		/>
	);
}
