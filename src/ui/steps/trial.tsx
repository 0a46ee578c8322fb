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
	const rounds = state.trial.rounds.slice(-3);
	const probes = withPending(state.answers?.application.probes ?? [], running ? state.trial.probes : (round?.probes ?? [])).slice(
		0,
		Math.max(1, Math.floor(height / 4)),
	);
	const facts = running || !round ? [] : factLines(round, messages);
	const missing = running ? [] : (round?.missing ?? []);
	const left = height - status.length - rounds.length - probes.length - facts.length;
	// What is missing is the question of this screen; the output keeps two rows where it can.
	const listHeight = missing.length ? Math.max(1, Math.min(missing.length + 1, left - (round?.answered ? 1 : 4))) : 0;
	const outputHeight = left - (running ? 1 : 2) - listHeight;
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
	const mark = taken ? "[x]" : missing.declined || !proposed ? "[!]" : "[ ]";
	return (
		<SplitLine
			width={width}
			cut="middle"
			bold={selected}
			left={`${selected ? ">" : " "} ${mark} ${what}: ${messages.missingKind(missing.kind)} (${printable(missing.call)} ${missing.error})`}
			right={remedyText(missing, proposed, messages)}
		/>
	);
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
		case "proc":
			return words.remedies.proc;
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
