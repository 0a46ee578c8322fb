import { Box } from "ink";
import { printable } from "../../../core/path/quote.ts";
import { useView } from "../../look.ts";
import { Line, Paragraph, paragraph, SplitLine } from "../../parts/line.tsx";
import { columnsForTwo } from "../../parts/panes.tsx";
import { Rows } from "../../parts/rows.tsx";
import { cursorOf } from "../../transitions.ts";
import { type AccountRow, accountFiles, accountTable } from "./account-rows.ts";
import { accountFacts } from "./account-text.ts";
import { lineOf, visibleAccounts } from "./reduce.ts";

const names = { passwd: "passwd", group: "group", nsswitch: "nsswitch.conf" } as const;

/** The three files of names, before and after: beside each other where there is room, else marked line by line. */
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
	const roomy = height > 12;
	const wide = width >= columnsForTwo && !linear;
	const runsAs = identity.uid === 0 ? words.runsAsRoot : messages.fill(words.runsAs, { name: identity.name, uid: identity.uid });
	const top = roomy ? paragraph(`${runsAs} ${words.never}`, width, 2) : [];
	const facts = row ? accountFacts(row, plan, messages, wide ? 8 : 3).join(" ") : "";
	const detail = paragraph(facts, width, Math.max(1, Math.min(8, Math.floor(height / 3))));
	const rest = height - top.length - 1 - (wide ? 1 : 0) - detail.length - (roomy ? 2 : 0);
	return (
		<>
			<Paragraph lines={top} />
			{roomy ? <Line /> : null}
			<SplitLine
				left={
					width < 60
						? `[${names[accountFile]}] ${accountFiles.indexOf(accountFile) + 1}/${accountFiles.length}`
						: accountFiles.map((file) => (file === accountFile ? `[${names[file]}]` : ` ${names[file]} `)).join(" ")
				}
				right={
					hostView
						? query === ""
							? width < 60
								? `${kept}/${kept + leftOut}`
								: messages.fill(words.counts, { kept, leftOut })
							: messages.fill(words.matching, { count: rows.length, query })
						: messages.wizard.looking
				}
				width={width}
			/>
			{wide ? <Columns left={`      ${words.before}`} right={words.after} bold /> : null}
			{rows.length ? (
				<Rows
					items={rows}
					cursor={cursorOf(state)}
					height={rest}
					row={(one, selected, index) => <Entry key={index} row={one} selected={selected} wide={wide} />}
				/>
			) : (
				<Line>{messages.fill(messages.wizard.nothingFound, { query })}</Line>
			)}
			{roomy ? <Line /> : null}
			<Paragraph lines={detail} dimColor />
		</>
	);
}

const signs = { same: " ", changed: "~", "left-out": "-", new: "+" } as const;

function Entry({ row, selected, wide }: { row: AccountRow; selected: boolean; wide: boolean }) {
	const { messages } = useView();
	const words = messages.wizard.accounts;
	const box = row.account === undefined ? "   " : row.mark === "left-out" ? "[ ]" : "[x]";
	const start = `${selected ? ">" : " "} ${box} ${signs[row.mark]} `;
	const dim = row.mark === "left-out" && !selected;
	if (!wide) {
		return (
			<Line bold={selected} dimColor={dim}>
				{start + printable(lineOf(row))}
			</Line>
		);
	}
	const before = row.before === undefined ? `(${words.notOnHost})` : printable(row.before);
	return (
		<Columns
			left={start + before}
			right={row.after === undefined ? `- (${words.notInCage})` : printable(row.after)}
			bold={selected}
			dimColor={dim}
		/>
	);
}

/** One row in two halves with a line between them. */
function Columns({
	bold = false,
	dimColor = false,
	left,
	right,
}: {
	left: string;
	right: string;
	bold?: boolean;
	dimColor?: boolean;
}) {
	const { ascii, width } = useView();
	const half = Math.floor((width - 3) / 2);
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line width={half} bold={bold} dimColor={dimColor}>
				{left}
			</Line>
			<Line width={3} dimColor>
				{ascii ? " | " : " │ "}
			</Line>
			<Line width={width - 3 - half} bold={bold} dimColor={dimColor}>
				{right}
			</Line>
		</Box>
	);
}
