import { awaitedText, minimisingText } from "../../../make/report/progress.ts";
import { roundsTable } from "../../../make/report/trial.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Missing } from "../../../plan/missing.ts";
import { isUnproven } from "../../../probe/protocol.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, ProgressBar, paragraph, SplitLine } from "../../parts/line.tsx";
import { type Tone, useView } from "../../parts/look.ts";
import { OutcomeLine, withPendingProbes } from "../../parts/outcomes.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { cursorMark, gapRows, OutputTail, Rows } from "../../parts/rows.tsx";
import type { WizardState } from "../../state/state.ts";
import { cursorOf, isBusy } from "../../state/transitions.ts";
import type { Round } from "../../state/values.ts";
import { severalPaths } from "../accounts/account-text.ts";
import { isSafe } from "../save/reduce.ts";
import { verdictOf } from "../save/screen.tsx";
import { protectionLine } from "./protection.ts";
import { declinedPaths } from "./reduce.ts";
import {
	isSelectable,
	isSelected,
	itemsToAdd,
	lastRound,
	missingKey,
	remedyText,
	shortWhy,
	whatText,
	whyMissing,
} from "./selection.ts";

/** The last rounds show whether the trial makes progress. */
const mostRounds = 6;

export function TrialStep() {
	const { state } = useView();
	if (isBusy(state, "minimise")) return <Minimising />;
	return (
		<Panes detail={<Detail />}>
			<Overview />
		</Panes>
	);
}

function Overview() {
	const { height, linear, messages, state, width } = useView();
	const words = messages.wizard.trial;
	const round = lastRound(state);
	const running = isBusy(state, "try", "plan");
	const isWide = state.size.columns >= columnsForTwo;
	const awaited = isBusy(state, "try") && !linear ? state.awaited : undefined;
	const status = paragraph(awaited ? awaitedText(awaited, messages) : statusText(state, messages), width, 3);
	const missing = running ? [] : (round?.missing ?? []);
	const selected = missing[cursorOf(state)];
	const gap = gapRows(height);
	// The missing items are the question of this screen, so they get their rows first.
	const room = new Room(height - status.length - (running ? 0 : 1) - 2 * gap);
	const least = Math.min(missing.length, 3) + (missing.length > 3 ? 1 : 0);
	room.take(least + (selected && !isWide ? 1 : 0));
	const verdict = running ? undefined : verdictOf(state, messages);
	const verdictRows = verdict ? room.fit(paragraph(verdict.text, width, 3), 3) : [];
	const probes = room.fit(
		withPendingProbes(state.answers?.application.probes ?? [], (running ? state.trial : round)?.probes ?? []),
		4,
	);
	const protection = running || !round?.answered ? [] : paragraph(protectionLine(state, messages), width, 2);
	const protectionRows = room.fit(protection, 2);
	const rounds = room.fit(roundLines(state, messages, room.left), mostRounds + 1);
	const facts = room.fit(running || !round ? [] : [...factLines(round, messages), ...unprovenLines(state, round, messages)], 2);
	const spare = isWide ? 0 : 4;
	const listHeight = least + room.take(Math.max(0, Math.min(missing.length - least, room.left - spare)));
	const outputGap = room.left > 3 ? gap : 0;
	const outputHeight = isWide ? 0 : room.left - 1 - outputGap;
	return (
		<>
			<Paragraph lines={status} bold tone={running || !round ? undefined : toneOf(round, state)} />
			{gap ? <Line /> : null}
			<Paragraph lines={verdictRows} tone={verdict?.tone} />
			{probes.map((outcome) => (
				<OutcomeLine key={outcome.command} outcome={outcome} />
			))}
			<Paragraph lines={[...protectionRows, ...facts]} />
			<Paragraph lines={rounds} each={(_, index) => ({ dimColor: index === 0 && rounds.length > 1 })} />
			{gap ? <Line /> : null}
			{running ? null : <Line bold={missing.length > 0}>{missing.length ? words.missing : words.noMissing}</Line>}
			{round && !running ? (
				<Rows
					items={missing}
					cursor={cursorOf(state)}
					height={listHeight}
					row={(one, selected) => <MissingLine key={missingKey(one)} missing={one} round={round} selected={selected} />}
				/>
			) : null}
			{selected && !isWide ? <Line dimColor>{`      ${shortWhy(selected, messages)}`}</Line> : null}
			{outputHeight > 0 && outputGap ? <Line /> : null}
			{outputHeight > 0 ? <Line bold>{messages.wizard.trace.output}</Line> : null}
			<OutputTail height={outputHeight} />
		</>
	);
}

/** The second pane: details of the selected item, then the application's output. */
function Detail() {
	const { height, messages, state, width } = useView();
	const texts = isBusy(state, "try", "plan") ? [] : (whyMissing(state, messages) ?? []);
	const lines = texts.flatMap((text) => [...wrapWords(text, width), ""]).slice(0, Math.max(0, height - 3));
	return (
		<>
			<Paragraph lines={lines} each={(_, index) => ({ bold: index === 0 })} />
			<Line bold>{messages.wizard.trace.output}</Line>
			<OutputTail height={height - lines.length - 1} />
		</>
	);
}

function MissingLine({ missing, round, selected }: { missing: Missing; round: Round; selected: boolean }) {
	const { messages, state, width } = useView();
	const taken = isSelected(missing, round, state);
	const mark = taken ? "[✓]" : isSelectable(missing, round, state) ? "[ ]" : "[!]";
	return (
		<SplitLine
			width={width}
			cut="middle"
			selected={selected}
			left={`${cursorMark(selected)} ${mark} ${whatText(missing)}`}
			right={remedyText(missing, round, state, messages)}
		/>
	);
}

/** The table with its head, or the last round if there is only one row. */
function roundLines(state: WizardState, messages: Messages, room: number): string[] {
	const { rounds } = state.trial;
	if (!rounds.length) return [];
	const [head = "", ...rows] = roundsTable(rounds.slice(-mostRounds), messages).split("\n");
	return room < 2 ? rows.slice(-1) : [head, ...rows.slice(1 - Math.max(2, room))];
}

function toneOf({ answered }: Round, state: WizardState): Tone {
	if (!answered) return "warning";
	return isSafe(state) ? "good" : "bad";
}

function factLines(round: Round, messages: Messages): string[] {
	const words = messages.wizard.trial;
	return [
		...(round.ended === undefined ? [] : [messages.fill(words.ended, { status: round.ended })]),
		...(round.failedExercises.length ? [messages.fill(words.exercisesFailed, { names: round.failedExercises.join("; ") })] : []),
	];
}

/** What probes and exercises do not prove. */
function unprovenLines({ plan }: WizardState, { answered }: Round, messages: Messages): string[] {
	return answered ? (plan?.notes ?? []).filter(isUnproven).map(({ code, values }) => messages.note(code, values)) : [];
}

function statusText(state: WizardState, messages: Messages): string {
	const words = messages.wizard.trial;
	const round = lastRound(state);
	if (isBusy(state, "plan")) return messages.wizard.build.changing;
	if (isBusy(state, "try")) return messages.fill(words.running, { round: state.trial.now ?? state.trial.rounds.length + 1 });
	if (!round) return "";
	const count = itemsToAdd(state).length;
	if (round.answered && !isSafe(state)) return words.goodButUnsafe;
	if (round.answered && count) return messages.fill(words.goodButMore, { count });
	if (round.answered)
		return round.missing.length ? messages.fill(words.goodWithout, { count: round.missing.length }) : words.good;
	if (count) return messages.fill(words.notYet, { count });
	if (round.missing.some((one) => isSelectable(one, round, state))) return words.unselected;
	const declined = declinedPaths(round);
	if (!declined.length) return `${words.stuck} ${words.stuckOther}`;
	// The list below names all of them; the sentence must fit.
	const paths = severalPaths(declined, messages, 1);
	return `${words.stuck} ${messages.fill(words.stuckDeclined, { count: declined.length, paths })}`;
}

/** Distributes the rows of the screen, the most important part first. */
class Room {
	left: number;

	constructor(rows: number) {
		this.left = rows;
	}

	take(rows: number): number {
		const taken = Math.max(0, Math.min(rows, this.left));
		this.left -= taken;
		return taken;
	}

	fit<T>(items: readonly T[], most: number): T[] {
		return items.slice(0, this.take(Math.min(items.length, most)));
	}
}

function Minimising() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const { progress, isEnding } = state.minimising ?? {};
	const now = progress ? minimisingText(progress, messages) : words.minimisingFirst;
	return (
		<>
			<Paragraph lines={paragraph(words.minimising, width, 2)} bold />
			<Line />
			{progress ? <ProgressBar done={progress.trials} total={progress.estimated} width={Math.min(60, width - 6)} /> : null}
			<Paragraph lines={paragraph(now, width, 3)} />
			<Line />
			<Paragraph lines={paragraph(isEnding ? words.minimisingSettles : words.minimisingStops, width, 3)} dimColor />
		</>
	);
}
