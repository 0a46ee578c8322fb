import { printable } from "../../core/path/quote.ts";
import { accountRows } from "../../core/wizard/reduce.ts";
import { cursorOf } from "../../core/wizard/reduced.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Paragraph, paragraph } from "../parts/paragraph.tsx";
import { Rows } from "../parts/rows.tsx";

export function AccountsStep() {
	const { height, messages, state, width } = useView();
	const { plan } = state;
	const words = messages.wizard.accounts;
	if (!plan) return null;
	const { accounts, identity } = plan;
	const rows = accountRows(accounts);
	const nameWidth = Math.min(32, Math.max(...rows.map((row) => row.name.length)));
	const kindWidth = Math.max(words.user.length, words.group.length);
	const roomy = height > 8;
	const leftOut = paragraph(
		messages.fill(words.leftOut, { users: accounts.usersLeftOut, groups: accounts.groupsLeftOut }),
		width,
		roomy ? 3 : 1,
	);
	const runsAs = paragraph(
		identity.uid === 0 ? words.runsAsRoot : messages.fill(words.runsAs, { name: identity.name, uid: identity.uid }),
		width,
		2,
	);
	return (
		<>
			<Paragraph lines={runsAs} bold />
			{roomy ? <Line /> : null}
			<Rows
				items={rows}
				cursor={cursorOf(state)}
				height={height - (roomy ? 2 : 0) - runsAs.length - leftOut.length}
				row={(row, selected) => (
					<Line key={`${row.kind} ${row.name}`} bold={selected}>
						{`${selected ? ">" : " "} [x] ${words[row.kind].padEnd(kindWidth)}  ${printable(row.name).padEnd(nameWidth)}  ${String(row.kind === "user" ? row.uid : row.gid).padStart(5)}  ${messages.accountReason(row.reason)}`}
					</Line>
				)}
			/>
			{roomy ? <Line /> : null}
			<Paragraph lines={leftOut} dimColor />
		</>
	);
}
