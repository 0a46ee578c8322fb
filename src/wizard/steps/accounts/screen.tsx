import { Box } from "ink";
import { printable } from "../../../base/path/quote.ts";
import { Line, type LineProps, Paragraph, paragraph } from "../../parts/line.tsx";
import { useView } from "../../parts/look.ts";
import { columnsForTwo, Tabs } from "../../parts/panes.tsx";
import { cursorMark, gapRows, Rows } from "../../parts/rows.tsx";
import { accountFiles } from "../../state/account.ts";
import { cursorOf } from "../../state/transitions.ts";
import { type AccountRow, accountTable } from "./account-rows.ts";
import { accountFacts } from "./account-text.ts";
import { lineOf, visibleAccounts } from "./reduce.ts";

const names = { passwd: "passwd", group: "group", nsswitch: "nsswitch.conf" } as const;

/** The three files before and after: in two columns if there is room, else with a sign per line. */
export function AccountsStep() {
	const { height, linear, messages, state, width } = useView();
	const { accountFile, plan, hostView } = state;
	const words = messages.wizard.accounts;
	if (!plan) return <Line dimColor>{state.failure ? "" : messages.wizard.files.planning}</Line>;
	const { identity } = plan;
	const rows = visibleAccounts(state);
	const row = rows[cursorOf(state)];
	const { kept, leftOut } = accountTable(plan, accountFile, hostView);
	const query = state.queries.accounts ?? "";
	const gap = gapRows(height);
	const wide = width >= columnsForTwo && !linear;
	// Only root's rights deserve a second thought here.
	const summary = identity.uid === 0 ? words.runsAsRoot : words.nothingToDecide;
	const reason = paragraph(gap ? `${summary} ${identity.uid === 0 ? words.never : ""}` : summary, width, gap ? 2 : 1);
	const facts = row ? accountFacts(row, plan, messages, wide ? 8 : 3).join(" ") : "";
	const detail = paragraph(facts, width, Math.max(1, Math.min(8, Math.floor(height / 3))));
	const counts = !hostView
		? messages.wizard.looking
		: query === ""
			? messages.fill(width < 60 ? words.countsShort : words.counts, { kept, leftOut })
			: messages.fill(words.matching, { count: rows.length, query });
	return (
		<>
			{gap ? <Line bold>{words.title}</Line> : null}
			<Paragraph lines={reason} dimColor />
			{gap ? <Line /> : null}
			<Tabs names={accountFiles.map((file) => names[file])} active={accountFiles.indexOf(accountFile)} right={counts} />
			{wide ? <Columns left={`      ${words.before}`} right={words.after} dimColor /> : null}
			{rows.length ? (
				<Rows
					items={rows}
					cursor={cursorOf(state)}
					height={height - 3 * gap - reason.length - 1 - (wide ? 1 : 0) - detail.length}
					row={(one, selected, index) => <Entry key={index} row={one} selected={selected} wide={wide} />}
				/>
			) : (
				<Line>{messages.fill(messages.wizard.nothingFound, { query })}</Line>
			)}
			{gap ? <Line /> : null}
			<Paragraph lines={detail} dimColor />
		</>
	);
}

const signs = { same: " ", changed: "~", "left-out": "-", new: "+" } as const;

function Entry({ row, selected, wide }: { row: AccountRow; selected: boolean; wide: boolean }) {
	const { messages } = useView();
	const words = messages.wizard.accounts;
	const box = row.account === undefined ? "   " : row.mark === "left-out" ? "[ ]" : "[✓]";
	const start = `${cursorMark(selected)} ${box} ${signs[row.mark]} `;
	const style = { selected, dimColor: row.mark === "left-out" && !selected };
	if (!wide) {
		return <Line {...style}>{start + printable(lineOf(row))}</Line>;
	}
	const before = row.before === undefined ? `(${words.notOnHost})` : printable(row.before);
	return (
		<Columns left={start + before} right={row.after === undefined ? `- (${words.notInCage})` : printable(row.after)} {...style} />
	);
}

function Columns({ left, right, ...style }: Omit<LineProps, "children" | "width"> & { left: string; right: string }) {
	const { width } = useView();
	const half = Math.floor((width - 3) / 2);
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line width={half} {...style}>
				{left}
			</Line>
			<Line width={3} dimColor>
				{" │ "}
			</Line>
			<Line width={width - 3 - half} {...style}>
				{right}
			</Line>
		</Box>
	);
}
