import { useView } from "../../look.ts";
import { Line } from "../../parts/line.tsx";
import { Paragraph, paragraph } from "../../parts/paragraph.tsx";
import { Rows } from "../../parts/rows.tsx";
import { cursorOf, isBusy } from "../../reduced.ts";
import { Building } from "./building.tsx";
import { reviewRows, type SectionName } from "./review.ts";
import { type ReviewLine, reviewLines } from "./review-text.ts";

/** Where what a part says is decided; the key leads there. */
const jumps: Readonly<Partial<Record<SectionName, string>>> = {
	application: "1",
	limits: "1",
	openings: "1",
	files: "3",
	devices: "3",
	writable: "3",
	binds: "3",
	"left-out": "3",
	accounts: "4",
};

export function BuildStep() {
	const { height, messages, state, width } = useView();
	if (isBusy(state, "try")) return <Building />;
	const rows = reviewLines(reviewRows(state), messages);
	const longest = Math.max(0, ...rows.map((row) => (row.section ? 0 : row.label.length)));
	const labelWidth = Math.min(longest, Math.floor(width / 3));
	// What a row has no room for stands below, whole.
	const chosen = rows[cursorOf(state)];
	const cut = chosen && !chosen.section && labelWidth + 6 + chosen.value.length > width;
	const detail = cut ? paragraph(chosen.value, width, Math.min(4, Math.floor(height / 3))) : [];
	return (
		<>
			<Line bold>{isBusy(state, "plan") ? messages.wizard.build.changing : messages.wizard.build.title}</Line>
			<Rows
				items={rows}
				cursor={cursorOf(state)}
				height={height - 1 - detail.length}
				row={(row, selected, index) => <Row key={index} row={row} selected={selected} labelWidth={labelWidth} />}
			/>
			<Paragraph lines={detail} dimColor />
		</>
	);
}

function Row({ labelWidth, row, selected }: { row: ReviewLine; selected: boolean; labelWidth: number }) {
	const { ascii, linear, width } = useView();
	const { label, section, value, warns } = row;
	if (section) {
		if (linear) return <Line>{`${label}:`}</Line>;
		const jump = jumps[section];
		const title = `${selected ? ">" : ascii ? "-" : "─"} ${label}${jump ? ` (${jump})` : ""} `;
		return (
			<Line width={width} bold>
				{title + (ascii ? "-" : "─").repeat(Math.max(0, width - title.length))}
			</Line>
		);
	}
	return (
		<Line width={width} {...(warns ? { color: "yellow" } : {})} bold={selected}>
			{`${selected ? ">" : " "} ${warns ? "!" : " "} ${label.slice(0, labelWidth).padEnd(labelWidth)}  ${value}`}
		</Line>
	);
}
