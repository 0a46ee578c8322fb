import { printable, showPath } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { showReason } from "../../../report/reasons.ts";
import { useView } from "../../look.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph, percent, SplitLine } from "../../parts/line.tsx";
import { columnsForTwo, Panes, Tabs } from "../../parts/panes.tsx";
import { gapRows, Rows } from "../../parts/rows.tsx";
import type { WizardState } from "../../state.ts";
import { isBusy } from "../../transitions.ts";
import { fileFacts } from "./file-facts.ts";
import { FileRow } from "./file-row.tsx";
import { bytesOfCage, type PendingPlan, pendingPlanOf, sumsNow } from "./pending.ts";
import { fileTabs } from "./state.ts";
import type { FileNode } from "./tree.ts";
import { isFiltered, openIn, selectedRow, visibleRows } from "./visible-rows.ts";

export function FilesStep() {
	const { messages, state } = useView();
	if (!state.plan) return <Line dimColor>{state.failure ? "" : messages.wizard.files.planning}</Line>;
	return (
		<Panes detail={<Facts />}>
			<List current={pendingPlanOf(state.plan, state.files.pending)} />
		</Panes>
	);
}

function List({ current }: { current: PendingPlan }) {
	const { height, messages, state, width } = useView();
	const rows = visibleRows(state);
	const query = state.queries.files ?? "";
	const whole = bytesOfCage(current);
	const tree = !isFiltered(state);
	const open = openIn(state.files);
	const nothing =
		query === "" ? messages.wizard.files.emptyTabs[state.tab] : messages.fill(messages.wizard.nothingFound, { query });
	const gap = gapRows(height);
	const room = height < 10 ? 1 : height < 14 ? 2 : 4;
	const about = state.size.columns >= columnsForTwo ? [] : paragraph(aboutRow(state, current, messages), width, room);
	const below = about.length ? gap : 0;
	return (
		<>
			<Totals current={current} />
			<FileTabs count={rows.length} />
			{gap ? <Line /> : null}
			{rows.length ? null : <Line>{nothing}</Line>}
			<Rows
				items={rows}
				cursor={state.cursors.files ?? 0}
				height={height - 2 - gap - below - about.length}
				row={(node, selected) => <FileRow isOpen={open.has(node.id)} {...{ node, selected, current, tree, whole, width }} />}
			/>
			{below ? <Line /> : null}
			<Paragraph lines={about} dimColor />
		</>
	);
}

/** The decisions that are due, then as many totals as fit. */
function Totals({ current: { totals } }: { current: PendingPlan }) {
	const { messages, width } = useView();
	const words = messages.wizard.files;
	const waiting = totals.attention ? messages.fill(words.attention, { count: totals.attention }) : words.decided;
	const [long, short] = [messages.fill(words.totals, { ...totals }), messages.fill(words.totalsShort, { ...totals })];
	const room = Math.min(width - waiting.length - 2, Math.floor(width * 0.55));
	const text = [long, short].find((one) => one.length <= room) ?? "";
	return <SplitLine left={waiting} right={text} width={width} bold tone={totals.attention ? "warning" : "good"} />;
}

function FileTabs({ count }: { count: number }) {
	const { messages, state, width } = useView();
	const { replanning, tabs: words } = messages.wizard.files;
	const query = state.queries.files ?? "";
	const names = fileTabs.map((tab) =>
		tab === state.tab && isFiltered(state) ? `${words[tab]} ${messages.count(count)}` : words[tab],
	);
	const searching = query === "" || state.prompt ? "" : messages.fill(messages.wizard.choose.searching, { query });
	const room = width - names.join("  ").length - 4;
	const right = [...(searching ? [searching] : []), ...(isBusy(state, "plan") ? [replanning] : [])].join(" · ");
	return <Tabs names={names} active={fileTabs.indexOf(state.tab)} right={right.length <= room ? right : searching} />;
}

/** The main facts about the selected row, for terminals with one pane. */
function aboutRow(state: WizardState, current: PendingPlan, messages: Messages): string {
	const words = messages.wizard.files;
	const row = selectedRow(state);
	if (!row) return "";
	if (!row.item) return aboutFolder(row, current, messages);
	if (row.item.kind === "state") {
		const [reason] = row.item.directory.reasons;
		return `${reason ? `${showReason(reason, messages)}. ` : ""}${words.canState}`;
	}
	const { package: owner, reasons, risks, target } = row.item.entry;
	const [reason] = reasons;
	const [risk] = risks;
	const facts = [
		...(reason ? [showReason(reason, messages)] : []),
		...(target === undefined ? [] : [`-> ${showPath(target)}`]),
		...(owner ? [`${printable(owner.name)} ${printable(owner.version)}`] : []),
	];
	return `${risk === undefined ? "" : `${words.risks[risk]} `}${facts.join("; ")}`;
}

function aboutFolder(row: FileNode, current: PendingPlan, messages: Messages): string {
	const words = messages.wizard.files;
	const { bytesIn, in: included, items, waiting } = sumsNow(current, row);
	const share = percent(bytesIn, bytesOfCage(current));
	const spare = row.kind === "group" ? current.tree.spare.get(row.group) : undefined;
	const second = waiting
		? messages.fill(words.waitingHere, { count: waiting })
		: spare !== undefined
			? messages.fill(words.spare, { place: spare })
			: row.kind === "folder"
				? words.can
				: "";
	return `${messages.fill(words.sums, { in: included, items, bytes: bytesIn, share })} ${second}`;
}

function Facts() {
	const { height, messages, state, width } = useView();
	const row = selectedRow(state);
	const lines = row
		? fileFacts(row, state, messages).flatMap((line) => (line.length <= width ? [printable(line)] : wrapWords(line, width)))
		: [];
	const [title, ...rest] = lines.slice(0, height);
	if (title === undefined) return null;
	return (
		<>
			<Line bold>{title === "" ? " " : title}</Line>
			<Paragraph lines={rest} />
		</>
	);
}
