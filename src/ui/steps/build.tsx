import type { Path } from "../../core/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../core/path/quote.ts";
import { cursorOf, isBusy } from "../../core/wizard/reduced.ts";
import { type ReviewRow, reviewRows } from "../../core/wizard/review.ts";
import type { Messages } from "../../messages/messages.ts";
import { offerOption } from "../../report/offers.ts";
import { showReason } from "../../report/reasons.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Paragraph, paragraph } from "../parts/paragraph.tsx";
import { ProgressBar } from "../parts/progress-bar.tsx";
import { Rows } from "../parts/rows.tsx";

export function BuildStep() {
	const { height, messages, state, width } = useView();
	if (isBusy(state, "try")) return <Building />;
	const rows = reviewRows(state).map((row) => reviewLine(row, messages));
	const labelWidth = Math.max(...rows.map((row) => row.label.length));
	// What a row has no room for stands below, whole.
	const chosen = rows[cursorOf(state)];
	const detail = chosen && labelWidth + 6 + chosen.value.length > width ? paragraph(chosen.value, width, 3) : [];
	return (
		<>
			<Line bold>{isBusy(state, "plan") ? messages.wizard.build.changing : messages.wizard.build.title}</Line>
			<Rows
				items={rows}
				cursor={cursorOf(state)}
				height={height - 1 - detail.length}
				row={(row, selected, index) => (
					<Line key={index} width={width} {...(row.warns ? { color: "yellow" } : {})} bold={selected}>
						{`${selected ? ">" : " "} ${row.warns ? "!" : " "} ${row.label.padEnd(labelWidth)}  ${row.value}`}
					</Line>
				)}
			/>
			<Paragraph lines={detail} dimColor />
		</>
	);
}

function Building() {
	const { messages, state, width } = useView();
	const words = messages.wizard.build;
	const { building } = state;
	const copying = building !== undefined && building.bytesTotal > 0 && building.generation === undefined;
	return (
		<>
			<Line bold>
				{building?.generation !== undefined
					? words.starting
					: copying
						? messages.fill(words.copying, { done: building.bytesDone, total: building.bytesTotal, files: building.files })
						: words.preparing}
			</Line>
			<Line />
			<ProgressBar
				done={building?.generation === undefined ? (building?.bytesDone ?? 0) : 1}
				total={building?.generation === undefined ? (building?.bytesTotal ?? 0) : 1}
				width={Math.min(60, width - 6)}
			/>
			<Line dimColor cut="middle">
				{building?.path === undefined ? "" : showPath(building.path)}
			</Line>
		</>
	);
}

interface ReviewLine {
	readonly label: string;
	readonly value: string;
	readonly warns?: boolean;
}

function reviewLine(row: ReviewRow, messages: Messages): ReviewLine {
	const words = messages.wizard.build;
	switch (row.kind) {
		case "command":
			return { label: words.command, value: printable(quoteShellLine(row.words)) };
		case "account":
			return {
				label: words.account,
				value: row.uid === 0 ? messages.wizard.accounts.runsAsRoot : `${printable(row.name)} (uid ${row.uid})`,
				warns: row.uid === 0,
			};
		case "totals":
			return { label: words.contents, value: messages.fill(words.contentsValue, { ...row.totals }) };
		case "undecided":
			return { label: words.undecided, value: messages.fill(words.undecidedValue, { count: row.count }), warns: true };
		case "devices":
			return { label: words.devices, value: row.paths.map((path) => showPath(path as Path)).join(", ") || words.none };
		case "writable": {
			const { path, seeds } = row.directory;
			const bytes = seeds.reduce((sum, seed) => sum + seed.bytes, 0);
			return {
				label: words.writable,
				value: `${showPath(path)} (${seeds.length ? messages.fill(words.seeded, { bytes }) : words.startsEmpty})`,
			};
		}
		case "capability":
			return { label: words.capability, value: `CAP_${row.name.toUpperCase()} (${printable(row.why)})`, warns: true };
		case "opening":
			return {
				label: words.opening,
				value: `${words.openings[row.name]} (${printable(row.why)})`,
				warns: row.name === "proc" || row.name === "writableCode",
			};
		case "shared": {
			const { example, kind, path } = row.directory;
			return {
				label: words.shared,
				value: `${showPath(path)} (${showReason({ kind: "shared", what: kind, example }, messages)})`,
			};
		}
		case "offer": {
			const { bytes, files, kind } = row.offer;
			const found = messages.cli.plan.offered[kind](files, messages.bytes(bytes));
			return { label: words.offer, value: `${printable(offerOption(row.offer))}: ${found}` };
		}
		case "closed":
			return { label: words.closed, value: words.closedValue };
		case "kept":
			return { label: words.kept, value: messages.fill(words.keptValue, { users: row.users, groups: row.groups }) };
		case "note":
			return { label: words.note, value: messages.note(row.code, row.values), warns: true };
	}
}
