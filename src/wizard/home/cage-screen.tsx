import { printable } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { labelled } from "../parts/facts.ts";
import { wrapCommand, wrapIndented, wrapWords } from "../parts/fit.ts";
import { Line, Paragraph, paragraph } from "../parts/line.tsx";
import { useView } from "../parts/look.ts";
import { Menu } from "../parts/menu.tsx";
import { columnsForTwo, Panes, Tabs } from "../parts/panes.tsx";
import { cursorMark, gapRows, OutputTail, Rows } from "../parts/rows.tsx";
import { ScrollPage } from "../parts/scroll-page.tsx";
import { type ActionName, cageViews, type ViewRow } from "../state/home.ts";
import { cursorOf, isBusy } from "../state/transitions.ts";
import { rowFacts } from "./home-screen.tsx";
import { cageRows, mayPerform } from "./visible.ts";

/** A cage: what it is, what it may reach, its alarms, findings, history and files, and actions that act. */
export function CageScreen() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.home;
	const { cage } = state;
	if (!cage) return null;
	const rows = cageRows(state);
	const isRead = cage.view === "actions" ? cage.page !== undefined : cage.rows[cage.view] !== undefined;
	const tabs = <Tabs names={cageViews.map((view) => words.views[view])} active={cageViews.indexOf(cage.view)} />;
	// A refresh of the log keeps what is shown.
	const waiting = state.failure || !isBusy(state, "cage", "view") ? words.nothing[cage.view] : messages.wizard.looking;
	if (!isRead || !rows.length) {
		return (
			<>
				{tabs}
				<Line />
				<Paragraph lines={paragraph(isRead ? words.nothing[cage.view] : waiting, width, height - 2)} dimColor />
			</>
		);
	}
	return (
		<>
			{tabs}
			<Line />
			{cage.view === "actions" ? <Actions height={height - 2} /> : <ViewRows height={height - 2} rows={rows} />}
		</>
	);
}

function Actions({ height }: { height: number }) {
	const view = useView();
	const { messages, state, width } = view;
	const items = cageRows(state).flatMap(({ request }) =>
		request ? [{ value: request.action, label: actionLabel(request.action, request.value, messages) }] : [],
	);
	const facts = (columns: number) => labelled(factsOf(state.cage, messages), columns);
	if (state.size.columns >= columnsForTwo && !view.linear) {
		return (
			<Panes detail={<FactLines height={height} />}>
				<Menu items={items} cursor={cursorOf(state)} limit={height} />
			</Panes>
		);
	}
	// With little room, the menu scrolls below the state.
	const above = facts(width).slice(0, Math.max(height > 6 ? 1 : 0, height - 1 - Math.min(items.length, 7)));
	return (
		<>
			<Paragraph lines={above} />
			{above.length ? <Line /> : null}
			<Menu items={items} cursor={cursorOf(state)} limit={height - above.length - (above.length ? 1 : 0)} />
		</>
	);
}

function FactLines({ height }: { height: number }) {
	const { messages, state, width } = useView();
	return <Paragraph lines={labelled(factsOf(state.cage, messages), width).slice(0, height)} />;
}

function factsOf(cage: ReturnType<typeof useView>["state"]["cage"], messages: Messages): readonly (readonly [string, string])[] {
	return cage?.page ? [...rowFacts(cage.page.row, messages), ...cage.page.facts] : [];
}

export function actionLabel(action: ActionName, value: string | undefined, { fill, wizard }: Messages): string {
	return fill(wizard.home.actions[action], { value: value ?? "" });
}

function ViewRows({ height, rows }: { height: number; rows: readonly ViewRow[] }) {
	const { linear, messages, state, width } = useView();
	const cursor = cursorOf(state);
	const row = rows[cursor];
	const gap = gapRows(height);
	const action = row?.request
		? messages.fill(messages.wizard.home.enter, { action: actionLabel(row.request.action, row.request.value, messages) })
		: "";
	const isCut = (row?.text.length ?? 0) > width - 2;
	const said = isCut || row?.detail ? [row?.text ?? "", row?.detail ?? ""].filter(Boolean).map(printable) : [];
	const most = Math.max(3, Math.min(8, Math.floor(height / 2)));
	const detail = linear ? [] : detailRows(said, action, width, most);
	return (
		<>
			<Rows
				items={rows}
				cursor={cursor}
				height={height - detail.length - gap}
				row={({ text: shown, request }, selected) => (
					<Line width={width} selected={selected}>
						{`${cursorMark(selected)} ${printable(shown)}${linear && request ? ` (${actionLabel(request.action, request.value, messages)})` : ""}`}
					</Line>
				)}
			/>
			{gap && detail.length ? <Line /> : null}
			<Paragraph lines={detail} dimColor />
		</>
	);
}

/** What Enter does always fits; if the rest does not, its last row is cut. */
function detailRows(said: readonly string[], action: string, width: number, most: number): readonly string[] {
	const last = action === "" ? [] : paragraph(action, width, 1);
	const rows = said.flatMap((text) => wrapWords(text, width));
	const room = most - last.length;
	return [...(rows.length <= room ? rows : paragraph(said.join(" "), width, room)), ...last];
}

/** What an action will change and its command; then its progress; then what was done. */
export function ActionPage() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.home;
	const { action } = state;
	if (!action) return null;
	const { cage, action: name, value } = action.request;
	const title = `${cage}: ${actionLabel(name, value, messages)}`;
	if (isBusy(state, "act")) {
		return (
			<>
				<Line bold>{title}</Line>
				<Line>{action.stops ? words.stopping : words.acting}</Line>
				<OutputTail height={height - 2} />
			</>
		);
	}
	const { acts = false, command = "", lines = [] } = action.preview ?? {};
	const shown = (texts: readonly string[]) =>
		texts.flatMap((text) => text.split("\n")).flatMap((line) => wrapIndented(line, width));
	if (action.outcome) return <ScrollPage title={title} lines={["", ...shown([words.done, "", ...action.outcome])]} />;
	const commandRows = ["", words.command, ...wrapCommand(printable(command), width - 2).map((row) => `  ${row}`)];
	const offer = acts && mayPerform(state) ? ["", ...shown([words.offer])] : [];
	if (!acts) return <ScrollPage title={title} lines={shown(lines)} />;
	const [changes, below] = [shown(lines), [...commandRows, ...offer]];
	// Nobody should have to scroll to the end of a long plan to see what Enter does.
	const isLong = changes.length + below.length > height - 2;
	return <ScrollPage title={title} lines={isLong ? [...below, "", ...changes] : [...changes, ...below]} />;
}
