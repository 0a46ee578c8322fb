import { showPath } from "../../../core/path/quote.ts";
import { buildPhases } from "../../../engine/store.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { ProgressBar } from "../../parts/bars.tsx";
import { Line, Paragraph, paragraph } from "../../parts/line.tsx";
import { Rows } from "../../parts/rows.tsx";
import { nothingBuilt, secondsLeft } from "../../progress.ts";
import { cursorOf, isBusy } from "../../transitions.ts";
import { reviewRows, type SectionName } from "./review.ts";
import { type ReviewLine, reviewLines } from "./review-text.ts";

/** Where what a part says is decided; the key leads there. */
const jumps: Readonly<Partial<Record<SectionName, string>>> = {
	application: "1",
	limits: "1",
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

/** How far a build is: what is done, what it does now and how long that takes yet, and what follows. */
export function Building() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.build;
	const building = state.building ?? nothingBuilt;
	const now = buildPhases.indexOf(building.phase);
	const top = paragraph(words.building, width, 2);
	const bottom = paragraph(words.stopping, width, 2);
	// On a low terminal only the phase that runs.
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
					<Line key={phase} bold={at === now} dimColor={at > now}>
						{`${at < now ? "[x]" : at === now ? "[>]" : "[ ]"} ${words.phases[phase]}`}
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

/** Nobody believes in single seconds of a long time, nor reads so fast. */
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
