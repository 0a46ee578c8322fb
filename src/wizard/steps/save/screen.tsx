import SelectInput from "ink-select-input";
import { printable } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { wrapRows } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph } from "../../parts/line.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { Rows } from "../../parts/rows.tsx";
import type { Finished } from "../../session/values.ts";
import { cursorOf, isBusy } from "../../transitions.ts";
import { isSafe } from "./finishing.ts";
import { type SaveItem, saveItems } from "./reduce.ts";

export function SaveStep() {
	const { messages, state, width } = useView();
	const { finished } = state;
	if (!finished || !state.trial.saved) {
		const words = messages.wizard.save;
		const text = isBusy(state, "selftest") ? words.testing : isBusy(state, "finish") ? words.saving : "";
		return <Paragraph lines={paragraph(text, width, 3)} bold />;
	}
	return (
		<Panes detail={<Facts finished={finished} />}>
			<Choices finished={finished} />
		</Panes>
	);
}

/** What can be done now; on a narrow terminal the facts stand below it, as far as there is room. All of them are printed at the end as well. */
function Choices({ finished }: { finished: Finished }) {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.save;
	const safe = isSafe(state);
	const title = paragraph(messages.fill(safe ? words.done : words.unsafe, { name: finished.name }), width, 2);
	const items = saveItems(state);
	const isWide = state.size.columns >= columnsForTwo;
	// Where there is little room, what was made is worth more than all of the menu at once.
	const menu = Math.min(items.length, Math.max(5, height - title.length - (isWide ? 0 : 6)));
	const left = height - title.length - menu - 1;
	return (
		<>
			<Paragraph lines={title} bold color={safe ? "green" : "red"} />
			<Menu items={items} limit={menu} finished={finished} />
			{isWide || left < 1 ? null : (
				<>
					<Line />
					<Facts finished={finished} height={left} />
				</>
			)}
		</>
	);
}

/** Where everything is, how to do it again, and what comes next. */
function Facts({ finished, height }: { finished: Finished; height?: number }) {
	const view = useView();
	const { messages, width } = view;
	const lines = factLines(finished, messages, width).slice(0, height ?? view.height);
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text
		<Line key={index} dimColor={line.endsWith(":")}>
			{line || " "}
		</Line>
	));
}

function factLines({ command, data, next, record, root, warnings = [] }: Finished, messages: Messages, width: number): string[] {
	const words = messages.wizard.save;
	const places = [
		[words.root, root],
		[words.data, data],
		[words.record, record],
	] as const;
	const labelWidth = Math.max(...places.map(([label]) => label.length)) + 2;
	const folded = (line: string) => wrapRows(printable(line), width - 2).map((row) => `  ${row}`);
	return [
		...places.flatMap(([label, value]) => {
			const [first = "", ...more] = wrapRows(printable(value), width - labelWidth);
			return [label.padEnd(labelWidth) + first, ...more.map((row) => " ".repeat(labelWidth) + row)];
		}),
		...warnings.flatMap(({ code, values }) => wrapRows(`[!!] ${printable(messages.note(code, values))}`, width)),
		words.same,
		...folded(command),
		// The last of them is the same command.
		...next.filter(({ line }) => line !== command).flatMap(({ kind, line }) => [`${words.next[kind]}:`, ...folded(line)]),
	];
}

/**
 * ink-select-input draws the menu and our reducer moves in it. Its own key handler reads the selection of the last render: if Down and Enter arrive in one
 * read, as over SSH, it chooses the first item, and what a choice starts here cannot be taken back.
 */
function Menu({ finished, items, limit }: { finished: Finished; items: readonly SaveItem[]; limit: number }) {
	const { linear, messages, state } = useView();
	const cursor = cursorOf(state);
	const { service = "" } = finished;
	const rows = items.map((value) => ({ value, label: messages.fill(messages.wizard.save.menu[value], { service }) }));
	// Where not all of it fits, the last row says how much more there is.
	if (linear || limit < rows.length) {
		return <Rows items={rows} cursor={cursor} height={linear ? rows.length : limit} row={menuRow} />;
	}
	return (
		<SelectInput
			key={cursor}
			items={rows}
			initialIndex={cursor}
			isFocused={false}
			indicatorComponent={Indicator}
			itemComponent={Item}
		/>
	);
}

function menuRow({ label }: { label: string }, selected: boolean) {
	return <Line key={label}>{`${selected ? ">" : " "} ${label}`}</Line>;
}

const indicatorWidth = 2;

function Indicator({ isSelected = false }: { isSelected?: boolean }) {
	return <Line width={indicatorWidth}>{isSelected ? ">" : " "}</Line>;
}

function Item({ isSelected = false, label }: { isSelected?: boolean; label: string }) {
	const { width } = useView();
	return (
		<Line bold={isSelected} width={width - indicatorWidth}>
			{label}
		</Line>
	);
}
