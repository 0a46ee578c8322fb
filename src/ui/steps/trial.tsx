import { printable, showPath } from "../../core/path/quote.ts";
import type { Missing } from "../../core/plan/missing.ts";
import { cursorOf, isBusy } from "../../core/wizard/reduced.ts";
import type { Round } from "../../core/wizard/seen.ts";
import type { WizardState } from "../../core/wizard/state.ts";
import { declinedPaths, isProposed, lastRound, missingKey, wanted } from "../../core/wizard/trying.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line, SplitLine } from "../parts/line.tsx";
import { OutcomeLine, withPending } from "../parts/outcomes.tsx";
import { OutputTail } from "../parts/output.tsx";
import { Paragraph, paragraph } from "../parts/paragraph.tsx";
import { Rows } from "../parts/rows.tsx";

export function TrialStep() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.trial;
	const round = lastRound(state);
	const running = isBusy(state, "try", "plan");
	const status = paragraph(statusText(state, messages), width, 3);
	const missing = running ? [] : (round?.missing ?? []);
	// What is missing is the question of this screen: it has its rows before anything else gets more than one.
	const room = new Room(height - status.length - (running ? 0 : 1));
	const least = Math.min(missing.length, 3) + (missing.length > 3 ? 1 : 0);
	room.take(least + (missing.length ? 1 : 0));
	const probes = room.fit(withPending(state.answers?.application.probes ?? [], (running ? state.trial : round)?.probes ?? []), 4);
	const rounds = room.fit(state.trial.rounds.slice(-3).reverse(), 3).reverse();
	const facts = room.fit(running || !round ? [] : factLines(round, messages), 2);
	const listHeight = least + room.take(Math.max(0, Math.min(missing.length - least, room.left - 4)));
	const outputHeight = room.left - 1;
	const selected = missing[cursorOf(state)];
	return (
		<>
			<Paragraph lines={status} bold />
			{rounds.map((one) => (
				<Line key={one.round}>{roundText(one, messages)}</Line>
			))}
			{probes.map((outcome) => (
				<OutcomeLine key={outcome.command} outcome={outcome} />
			))}
			{facts.map((line) => (
				<Line key={line}>{line}</Line>
			))}
			{running ? null : <Line dimColor>{missing.length ? words.missing : words.noMissing}</Line>}
			{round && !running ? (
				<Rows
					items={missing}
					cursor={cursorOf(state)}
					height={listHeight}
					row={(one, selected) => <MissingLine key={missingKey(one)} missing={one} round={round} selected={selected} />}
				/>
			) : null}
			{selected ? <Line dimColor>{howText(selected, messages)}</Line> : null}
			{outputHeight > 0 ? <Line dimColor>{messages.wizard.trace.output}</Line> : null}
			<OutputTail height={outputHeight} />
		</>
	);
}

function MissingLine({ missing, round, selected }: { missing: Missing; round: Round; selected: boolean }) {
	const { messages, state, width } = useView();
	const proposed = isProposed(missing, round);
	const taken = proposed && !state.trial.unwanted.includes(missingKey(missing));
	const what = missing.path === undefined ? printable(missing.call) : showPath(missing.path);
	const remedy = remedyText(missing, proposed, messages);
	const mark = taken ? "[x]" : missing.declined || !proposed ? "[!]" : "[ ]";
	return (
		<SplitLine
			width={width}
			cut="middle"
			bold={selected}
			left={`${selected ? ">" : " "} ${mark} ${what}`}
			right={width < 110 ? remedy : `${howText(missing, messages)}; ${remedy}`}
		/>
	);
}

/** How it fails: the layer, the call and its error. */
function howText({ call, error, kind, program }: Missing, messages: Messages): string {
	const by = program === undefined ? "" : ` ${showPath(program)}`;
	return `${messages.missingKind(kind)} (${printable(call)} ${error}${by})`;
}

function remedyText({ declined, remedy }: Missing, proposed: boolean, messages: Messages): string {
	const words = messages.wizard.trial;
	if (declined) return words.declined;
	if (!remedy) return words.noRemedy;
	if (!proposed) return words.notNeeded;
	switch (remedy.kind) {
		case "path":
			return words.remedies.path;
		case "writable":
			return messages.fill(words.remedies.writable, { path: showPath(remedy.path) });
		case "capability":
			return messages.fill(words.remedies.capability, { name: remedy.name.toUpperCase() });
		case "account":
			return messages.fill(words.remedies.account, { name: remedy.name });
		case "opening":
			return words.remedies[remedy.name];
	}
}

function roundText(round: Round, messages: Messages): string {
	const words = messages.wizard.trial;
	const found = round.missing.length ? `, ${messages.fill(words.roundMissing, { count: round.missing.length })}` : "";
	return `${round.answered ? "[ok]" : "[!!]"} ${messages.fill(words.round, { round: round.round })}: ${round.answered ? words.roundAnswered : words.roundFailed}${found}`;
}

function factLines(round: Round, messages: Messages): string[] {
	const words = messages.wizard.trial;
	return [
		...(round.ended === undefined ? [] : [messages.fill(words.ended, { status: round.ended })]),
		...(round.failedExercises.length ? [messages.fill(words.exercisesFailed, { names: round.failedExercises.join("; ") })] : []),
	];
}

function statusText(state: WizardState, messages: Messages): string {
	const words = messages.wizard.trial;
	const round = lastRound(state);
	if (isBusy(state, "plan")) return messages.wizard.build.changing;
	if (isBusy(state, "try")) return messages.fill(words.running, { round: state.trial.now ?? state.trial.rounds.length + 1 });
	if (!round) return "";
	const count = wanted(state).length;
	if (round.answered && count) return messages.fill(words.goodButMore, { count });
	if (round.answered)
		return round.missing.length ? messages.fill(words.goodWithout, { count: round.missing.length }) : words.good;
	if (count) return messages.fill(words.notYet, { count });
	const declined = declinedPaths(round);
	return `${words.stuck} ${declined.length ? messages.fill(words.stuckDeclined, { paths: declined.join(", ") }) : words.stuckOther}`;
}

/** Hands out the rows of the screen in the order of their worth. */
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
