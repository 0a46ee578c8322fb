import { printable, showPath } from "../../core/path/quote.ts";
import { type FileRow, needsAttention, rowsOfTab, selectedRow, shownRows, totalsOf } from "../../core/wizard/files.ts";
import { fileTabs } from "../../core/wizard/state.ts";
import type { Messages } from "../../messages/messages.ts";
import { showReason } from "../../report/reasons.ts";
import { useView } from "../look.ts";
import { Line, SplitLine } from "../parts/line.tsx";
import { Rows } from "../parts/rows.tsx";

export function FilesStep() {
	const { ascii, height, messages, state, width } = useView();
	const words = messages.wizard.files;
	const { plan } = state;
	if (!plan) return <Line dimColor>{state.failure ? "" : words.planning}</Line>;
	const rows = shownRows(state);
	const totals = totalsOf(plan);
	const query = state.queries.files ?? "";
	return (
		<>
			<Line>
				{totals.attention ? `${messages.fill(words.attention, { count: totals.attention })} ${ascii ? "|" : "·"} ` : ""}
				{messages.fill(words.totals, { ...totals })}
			</Line>
			<Tabs />
			{rows.length ? null : <Line>{query === "" ? words.empty : messages.fill(messages.wizard.nothingFound, { query })}</Line>}
			<Rows
				items={rows}
				cursor={state.cursors.files ?? 0}
				height={height - 3}
				row={(row, selected) => <FileLine key={`${row.kind} ${row.path}`} row={row} selected={selected} width={width} />}
			/>
			<Detail />
		</>
	);
}

/** The kinds with how many there are of each. */
function Tabs() {
	const { messages, state, width } = useView();
	const { plan } = state;
	if (!plan) return null;
	const all = fileTabs.map((tab) => ({ tab, count: rowsOfTab(plan, tab).length }));
	const label = ({ count, tab }: { tab: (typeof fileTabs)[number]; count: number }) => {
		const text = `${messages.wizard.files.tabs[tab]} ${count}`;
		return tab === state.tab ? `<${text}>` : ` ${text} `;
	};
	const long = all.map(label).join("");
	// Where there is no room for the numbers, the one of the shown kind stays.
	const short = all.map((one) => (one.tab === state.tab ? label(one) : messages.wizard.files.tabs[one.tab])).join(" ");
	return <Line bold>{long.length <= width ? long : short}</Line>;
}

function FileLine({ row, selected, width }: { row: FileRow; selected: boolean; width: number }) {
	const { messages } = useView();
	const warns = row.kind === "entry" && needsAttention(row.entry);
	return (
		<SplitLine
			width={width}
			cut="middle"
			left={`${selected ? ">" : " "} ${markOf(row)} ${showPath(row.path)}`}
			right={aside(row, messages)}
			bold={selected}
			{...(selected ? { color: "cyan" } : warns ? { color: "yellow" } : {})}
		/>
	);
}

/** In, out, or out until somebody says yes. */
function markOf(row: FileRow): string {
	if (row.kind === "state") return "[w]";
	if (row.entry.decision === "include") return "[x]";
	return needsAttention(row.entry) ? "[!]" : "[ ]";
}

function aside(row: FileRow, messages: Messages): string {
	const words = messages.wizard.files;
	if (row.kind === "state") {
		const { seeds } = row.directory;
		const bytes = seeds.reduce((sum, seed) => sum + seed.bytes, 0);
		return seeds.length ? messages.fill(words.stateSeeded, { count: seeds.length, bytes }) : words.stateEmpty;
	}
	const { device, kind, risks, size } = row.entry;
	const [risk] = risks;
	if (risk !== undefined) return risk === "large" ? messages.bytes(size) : messages.risk(risk);
	if (device) return messages.fill(words.device, { ...device });
	return kind === "file" ? messages.bytes(size) : words.kinds[kind];
}

/** Why the selected entry is there; `i` shows the rest. */
function Detail() {
	const { messages, state } = useView();
	const row = selectedRow(state);
	const query = state.queries.files ?? "";
	if (!row) return <Line />;
	const reasons = row.kind === "entry" ? row.entry.reasons : row.directory.reasons;
	const owner = row.kind === "entry" ? row.entry.package : undefined;
	const parts = [
		...(reasons[0] ? [showReason(reasons[0], messages)] : []),
		...(row.kind === "entry" && row.entry.target !== undefined ? [`-> ${showPath(row.entry.target)}`] : []),
		...(owner ? [`${printable(owner.name)} ${printable(owner.version)}`] : []),
		...(query !== "" && !state.prompt ? [messages.fill(messages.wizard.choose.searching, { query })] : []),
	];
	return <Line dimColor>{parts.join("; ")}</Line>;
}
