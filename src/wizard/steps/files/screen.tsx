import { memo } from "react";
import type { Path } from "../../../base/path/path.ts";
import { printable, showPath } from "../../../base/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { GroupName } from "../../../plan/groups.ts";
import { showReason } from "../../../plan/report/reasons.ts";
import { wrapIndented } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph, percent, SplitLine, shareBar } from "../../parts/line.tsx";
import { useLook, useView } from "../../parts/look.ts";
import { columnsForTwo, Panes, Tabs } from "../../parts/panes.tsx";
import { cursorMark, gapRows, Rows } from "../../parts/rows.tsx";
import { fileTabs } from "../../state/files-state.ts";
import type { WizardState } from "../../state/state.ts";
import { isBusy } from "../../state/transitions.ts";
import { needsAttention } from "./attention.ts";
import { fileFacts } from "./file-facts.ts";
import { bytesOfCage, itemNow, type PendingPlan, pendingPlanOf, sumsNow, willBeMounted } from "./pending.ts";
import type { FileNode, Item } from "./tree.ts";
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
				row={(node, selected) => (
					<FileRow
						isOpen={open.has(node.id)}
						node={node}
						selected={selected}
						current={current}
						tree={tree}
						whole={whole}
						width={width}
					/>
				)}
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
	const lines = row ? fileFacts(row, state, messages).flatMap((line) => wrapIndented(line, width)) : [];
	const [title, ...rest] = lines.slice(0, height);
	if (title === undefined) return null;
	return (
		<>
			<Line bold>{title === "" ? " " : title}</Line>
			<Paragraph lines={rest} />
		</>
	);
}

/** Groups of directories that the application writes to. */
const written: readonly GroupName[] = ["state", "logs", "runtime"];

const barWidths = { narrow: 8, wide: 16 };
const bytesWidth = 8;

const FileRow = memo(function FileRow({ isOpen, node, selected, current, tree, whole, width }: RowProps) {
	const { messages } = useLook();
	const mark = markOf(node, current);
	return (
		<SplitLine
			width={width}
			cut="middle"
			left={`${cursorMark(selected)} ${tree ? branch(node, isOpen) : ""}${mark} ${nameOf(node, tree, messages)}`}
			right={columns({ node, current, whole, width }, messages)}
			selected={selected}
			bold={node.kind === "group"}
			tone={mark === "[!]" ? "warning" : undefined}
		/>
	);
});

interface RowProps {
	readonly node: FileNode;
	readonly selected: boolean;
	readonly current: PendingPlan;
	/** Size of the cage in bytes. */
	readonly whole: number;
	readonly isOpen: boolean;
	/** Show the part of the path below the parent row instead of the whole path. */
	readonly tree: boolean;
	readonly width: number;
}

function branch({ children, depth }: FileNode, isOpen: boolean): string {
	return `${"  ".repeat(depth)}${children.length ? (isOpen ? "▾ " : "▸ ") : "  "}`;
}

function nameOf({ group, kind, name, path }: FileNode, tree: boolean, messages: Messages): string {
	if (kind === "group") return messages.wizard.files.groups[group];
	return `${showPath((tree ? name : (path ?? name)) as Path)}${kind === "folder" ? "/" : ""}`;
}

/** Included, left out, partly included, mounted, writable, or waiting for a decision. */
function markOf(node: FileNode, current: PendingPlan): string {
	if (willBeMounted(current, node)) return "[m]";
	const item = itemNow(current, node);
	if (!item) {
		const sums = sumsNow(current, node);
		if (sums.waiting) return "[!]";
		if (written.includes(node.group)) return "[w]";
		return sums.in === sums.items ? "[✓]" : sums.in ? "[~]" : "[ ]";
	}
	if (item.kind === "state") return "[w]";
	const { decision, kind } = item.entry;
	if (decision === "declined") return needsAttention(item.entry) ? "[!]" : "[ ]";
	return kind === "bind" ? "[m]" : "[✓]";
}

/** A word and a count, the size, and its share of the cage, in columns. A narrow terminal shows fewer of them. */
function columns(
	{ current, node, whole, width }: Pick<RowProps, "current" | "node" | "whole" | "width">,
	messages: Messages,
): string {
	const item = itemNow(current, node);
	const sums = sumsNow(current, node);
	// A file that is left out has a size, but no share.
	const bytes = sums.bytesIn || sums.bytes;
	const size = bytes ? messages.bytes(bytes) : "";
	const word = item ? wordOf(item, messages) : node.kind === "group" ? recommended(node, current, messages) : "";
	if (width < 60) return item && word !== "" ? word : size;
	const share = sums.bytesIn ? `${percent(sums.bytesIn, whole)} %` : "";
	if (width < 76) return item ? (word === "" ? size : word) : `${size} ${share.padStart(5)}`;
	const count = item ? "" : messages.count(sums.items);
	const bar = shareBar(sums.bytesIn, whole, width < 100 ? barWidths.narrow : barWidths.wide);
	const text = `${word}${count.padStart(word === "" ? 0 : 6)} ${size.padStart(bytesWidth)} ${bar} ${share.padStart(5)}`;
	// A long word needs the room of the empty columns.
	return text.length > width * 0.55 ? text.trimEnd() : text;
}

function recommended(node: FileNode, { tree }: PendingPlan, messages: Messages): string {
	const [first] = tree.recommended.get(node.group) ?? [];
	return first === undefined ? "" : messages.wizard.files.recommended[first];
}

function wordOf(item: Item, messages: Messages): string {
	const words = messages.wizard.files;
	if (item.kind === "state") {
		const { seeds } = item.directory;
		return seeds.length ? messages.fill(words.stateSeeded, { count: seeds.length }) : words.stateEmpty;
	}
	const { device, kind, risks } = item.entry;
	const risk = risks.find((one) => one !== "large");
	if (risk !== undefined) return messages.risk(risk);
	return device ? messages.fill(words.device, { ...device }) : words.kinds[kind];
}
