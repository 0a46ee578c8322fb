import { showPath } from "../../../base/path/quote.ts";
import { buildPhases } from "../../../cage/ports.ts";
import type { Messages } from "../../../messages/messages.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, ProgressBar, paragraph } from "../../parts/line.tsx";
import { useView } from "../../parts/look.ts";
import { stepMarks } from "../../parts/outcomes.tsx";
import { cursorMark, gapRows, Rows } from "../../parts/rows.tsx";
import { nothingBuilt, secondsLeft } from "../../state/progress.ts";
import { cursorOf, isBusy } from "../../state/transitions.ts";
import { type ReviewLine, reviewLines, reviewRows, type SectionName } from "./review.ts";

/** The key of the screen where the section is decided. */
const jumps: Readonly<Partial<Record<SectionName, string>>> = {
	application: "1",
	permissions: "1",
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
	const gap = gapRows(height);
	// The full text of a row that is cut.
	const selected = rows[cursorOf(state)];
	const isCut = selected && !selected.section && !isWhole(selected) && labelWidth + 6 + selected.value.length > width;
	const text =
		selected && [...(isCut ? [selected.value] : []), ...(selected.more === undefined ? [] : [selected.more])].join("; ");
	const detail = text ? paragraph(text, width, Math.min(4, Math.floor(height / 3))) : [];
	const below = detail.length ? gap : 0;
	const items = rows.flatMap((row, index) => {
		const values = isWhole(row) ? wrapWords(row.value, width - labelWidth - 6) : [row.value];
		return values.map((value, at) => ({ row: at ? { ...row, label: "" } : row, value, index, isFirst: at === 0 }));
	});
	return (
		<>
			<Line bold>{isBusy(state, "plan") ? messages.wizard.build.changing : messages.wizard.build.title}</Line>
			{gap ? <Line /> : null}
			<Rows
				items={items}
				cursor={items.findIndex(({ index }) => index === cursorOf(state))}
				height={height - 1 - gap - below - detail.length}
				row={(item, _, index) => <Row key={index} {...item} selected={item.index === cursorOf(state)} labelWidth={labelWidth} />}
			/>
			{below ? <Line /> : null}
			<Paragraph lines={detail} dimColor />
		</>
	);
}

/** Warnings and sentences are never cut: they take as many rows as they need. */
function isWhole({ isSentence, warns }: ReviewLine): boolean {
	return warns === true || isSentence === true;
}

interface RowProps {
	readonly row: ReviewLine;
	/** The part of the row's value on this line, and whether it is the first one. */
	readonly value: string;
	readonly isFirst: boolean;
	readonly selected: boolean;
	readonly labelWidth: number;
}

function Row({ isFirst, labelWidth, row, selected, value }: RowProps) {
	const { linear, messages, width } = useView();
	const { label, section, warns } = row;
	if (section) {
		if (linear) return <Line>{`${label}:`}</Line>;
		const key = jumps[section];
		const title = `${selected ? cursorMark(true) : "─"} ${label} `;
		const end = key === undefined ? "" : ` ${messages.fill(messages.wizard.build.jump, { key })} ─`;
		return (
			<Line width={width} bold selected={selected}>
				{title + "─".repeat(Math.max(0, width - title.length - end.length)) + end}
			</Line>
		);
	}
	return (
		<Line width={width} selected={selected} tone={warns ? "warning" : undefined}>
			{`${cursorMark(selected && isFirst)} ${warns && isFirst ? "!" : " "} ${label.slice(0, labelWidth).padEnd(labelWidth)}  ${value}`}
		</Line>
	);
}

function Building() {
	const { ascii, height, messages, plainMarks, state, width } = useView();
	const marks = stepMarks(ascii || plainMarks === true);
	const words = messages.wizard.build;
	const building = state.building ?? nothingBuilt;
	const now = buildPhases.indexOf(building.phase);
	const top = paragraph(words.building, width, 2);
	const bottom = paragraph(words.stopping, width, 2);
	// A low terminal has room only for the current phase.
	const roomy = height >= buildPhases.length + top.length + bottom.length + 4;
	const phases = roomy ? buildPhases : [building.phase];
	const { bytesDone, bytesTotal } = building;
	return (
		<>
			<Paragraph lines={top} bold />
			{roomy ? <Line /> : null}
			{phases.map((phase) => {
				const at = buildPhases.indexOf(phase);
				return (
					<Line key={phase} bold={at === now} dimColor={at > now} tone={at === now ? "accent" : at < now ? "good" : undefined}>
						{`${marks[Math.sign(at - now) + 1]} ${words.phases[phase]}`}
					</Line>
				);
			})}
			{roomy ? <Line /> : null}
			{bytesTotal > 0 ? (
				<>
					<ProgressBar done={bytesDone} total={bytesTotal} width={Math.min(60, width - 6)} />
					<Line>{amount(messages, bytesDone, bytesTotal, secondsLeft(building))}</Line>
				</>
			) : null}
			<Line dimColor cut="middle">
				{building.path === undefined ? " " : showPath(building.path)}
			</Line>
			<Paragraph lines={bottom} dimColor />
		</>
	);
}

/** Seconds below 90, then minutes. */
function amount(messages: Messages, done: number, total: number, seconds: number | undefined): string {
	const words = messages.wizard.build;
	const copied = messages.fill(words.copying, { done, total });
	if (seconds === undefined) return copied;
	const time =
		seconds < 90
			? messages.fill(words.seconds, { count: Math.max(1, Math.ceil(seconds)) })
			: messages.fill(words.minutes, { count: Math.round(seconds / 60) });
	return messages.fill(words.left, { copied, time });
}
