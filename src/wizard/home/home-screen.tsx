import { printable } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { labelled } from "../parts/facts.ts";
import { Line, Paragraph, paragraph } from "../parts/line.tsx";
import { useView } from "../parts/look.ts";
import { columnsForTwo, Panes } from "../parts/panes.tsx";
import { cursorMark, gapRows, Rows } from "../parts/rows.tsx";
import type { SavedSessionState } from "../state/choice.ts";
import type { CageRow } from "../state/home.ts";
import { steps } from "../state/state.ts";
import { cursorOf } from "../state/transitions.ts";
import { type HomeRow, selectedHome, visibleHome } from "./visible.ts";

/** The cages of this machine, and sessions that were left. */
export function HomeScreen() {
	return (
		<Panes detail={<Detail />}>
			<List />
		</Panes>
	);
}

function List() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.home;
	const rows = visibleHome(state);
	const columns = [
		columnOf(rows.map(nameOf), width < 100 ? 18 : 30),
		columnOf(
			// Nothing follows the state of a session.
			rows.flatMap((row) => (row.kind === "cage" ? stateText(row, messages) : [])),
			30,
		),
	] as const;
	const gap = gapRows(height);
	const selected = selectedHome(state);
	// Always as many rows, so that the list does not move with the selection.
	const isWide = state.size.columns >= columnsForTwo;
	const text = selected ? (isWide && isWell(selected) ? "" : hintOf(selected, messages)) : words.empty;
	const hint = [...paragraph(text, width, 3), "", ""].slice(0, 3);
	return (
		<>
			<Line bold>{words.title}</Line>
			{gap ? <Line /> : null}
			<Rows
				items={rows}
				cursor={cursorOf(state)}
				height={height - 1 - 2 * gap - hint.length}
				row={(row, isSelected) => (
					<Line width={width} selected={isSelected} tone={needsLook(row) ? "warning" : undefined}>
						{rowText(row, isSelected, columns, messages)}
					</Line>
				)}
			/>
			{gap ? <Line /> : null}
			<Paragraph lines={hint} dimColor />
		</>
	);
}

function Detail() {
	const { height, messages, state, width } = useView();
	const row = selectedHome(state);
	if (!row) return null;
	const lines =
		row.kind === "session"
			? []
			: labelled(
					[...rowFacts(row.cage, messages), [messages.wizard.home.facts.command, printable(row.cage.command.join(" "))]],
					width,
				);
	return (
		<>
			<Line bold width={width}>
				{nameOf(row)}
			</Line>
			<Line />
			<Paragraph
				lines={[...lines, ...(isWell(row) ? [] : ["", ...paragraph(hintOf(row, messages), width, 6)])].slice(0, height - 2)}
			/>
		</>
	);
}

function columnOf(texts: readonly string[], most: number): number {
	return Math.min(most, Math.max(4, ...texts.map((text) => text.length)));
}

function nameOf(row: HomeRow): string {
	return printable(row.kind === "cage" ? row.cage.name : row.choice.name);
}

function rowText(row: HomeRow, selected: boolean, [name, state]: readonly [number, number], messages: Messages): string {
	const whole = nameOf(row);
	const shown = whole.length > name ? `${whole.slice(0, name - 1)}…` : whole.padEnd(name);
	const is = stateText(row, messages).padEnd(state);
	const mark = needsLook(row) ? "!" : " ";
	const rest = row.kind === "cage" ? [attentionText(row.cage, messages), ageText(row.cage, messages)].join("  ") : "";
	return `${cursorMark(selected)} ${mark} ${shown}  ${is}  ${rest}`.trimEnd();
}

/** Whether somebody should look at it. */
export function needsLook(row: HomeRow): boolean {
	if (row.kind === "session") return false;
	const { alarms, answers, findings, outdated, problem, serviceState } = row.cage;
	return (
		problem !== undefined ||
		alarms > 0 ||
		Boolean(findings) ||
		Boolean(outdated) ||
		answers === false ||
		serviceState === "failed"
	);
}

function stateText(row: HomeRow, messages: Messages): string {
	const words = messages.wizard.home;
	if (row.kind === "session") return row.choice.left ? sessionText(row.choice.left, messages) : "";
	const { as, generation, problem, running, serviceState } = row.cage;
	if (problem) return words.damaged;
	if (generation === null) return words.notBuilt;
	if (serviceState === "failed") return words.failed;
	const how = as === null ? [] : [words.as[as]];
	return [running ? words.running : words.stopped, ...how].join(", ");
}

/** What needs a look, in words. */
export function attentionText({ alarms, answers, findings, generation, outdated }: CageRow, { fill, wizard }: Messages): string {
	const words = wizard.home;
	if (generation === null) return "";
	const parts = [
		...(answers === false ? [words.silent] : []),
		...(alarms ? [fill(words.alarms, { count: alarms })] : []),
		...(findings ? [fill(words.findings, { count: findings })] : []),
		...(outdated ? [fill(words.outdated, { count: outdated })] : []),
	];
	if (parts.length) return parts.join(", ");
	return findings === null || outdated === null ? words.examining : words.fine;
}

function ageText({ age, generation }: CageRow, { fill, wizard }: Messages): string {
	return generation === null || age === null ? "" : fill(wizard.home.rowAge, { generation, ago: age });
}

/** The row as label and text. */
export function rowFacts(row: CageRow, messages: Messages): readonly (readonly [string, string])[] {
	const { fill, wizard } = messages;
	const { facts } = wizard.home;
	const { age, answers, approved, generation, pids, service } = row;
	const unknown = wizard.home.unknown;
	return [
		[
			facts.state,
			[
				stateText({ kind: "cage", cage: row }, messages),
				...(service === null ? [] : [printable(service)]),
				...(pids.length ? [fill(wizard.home.pid, { pid: pids[0] ?? 0 })] : []),
			]
				.filter(Boolean)
				.join(", "),
		],
		[facts.answers, answers === null ? unknown : answers ? wizard.home.answered : wizard.home.silent],
		[facts.attention, attentionText(row, messages)],
		[facts.generation, generation === null ? wizard.home.notBuilt : fill(wizard.home.age, { generation, ago: age ?? 0 })],
		[facts.approval, approved === null ? unknown : approved ? wizard.home.approved : wizard.home.unapproved],
	];
}

/** A cage whose state could be read. */
function isWell(row: HomeRow): boolean {
	return row.kind === "cage" && row.cage.problem === undefined;
}

/** What the row does not say. */
function hintOf(row: HomeRow, messages: Messages): string {
	if (row.kind === "session") return messages.fill(messages.wizard.home.resume, { name: row.choice.name });
	const { problem } = row.cage;
	if (problem) return messages.failure(problem);
	const { facts } = messages.wizard.home;
	const unsaid: readonly string[] = [facts.attention, facts.generation];
	const known = rowFacts(row.cage, messages).filter(([label]) => !unsaid.includes(label));
	const all = [...known, [facts.command, printable(row.cage.command.join(" "))] as const];
	return all.map(([label, value]) => `${label}: ${value}`).join("; ");
}

/** The step and age of a session, or why it cannot be resumed. */
export function sessionText({ ago, holder, problem, step }: SavedSessionState, messages: Messages): string {
	const words = messages.wizard.choose;
	if (problem) return problem === "newer" ? words.sessionNewer : words.sessionDamaged;
	if (holder !== undefined) return messages.fill(words.sessionOpen, { pid: holder });
	return messages.fill(words.session, { step, of: steps.length, ago });
}
