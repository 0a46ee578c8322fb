import { printable } from "../../../base/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { verdictText } from "../../../selftest/report/selftest.ts";
import { type Fact, labelled } from "../../parts/facts.ts";
import { wrapCommand, wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph } from "../../parts/line.tsx";
import { type Tone, useView } from "../../parts/look.ts";
import { Menu } from "../../parts/menu.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { selftestRows } from "../../parts/selftest-rows.ts";
import type { WizardState } from "../../state/state.ts";
import { cursorOf, isBusy } from "../../state/transitions.ts";
import type { FinishedCage } from "../../state/values.ts";
import { isSafe, isSaved, isSaving, isSavingItem, saveItems } from "./reduce.ts";

export function SaveStep() {
	const { height, messages, state, width } = useView();
	const { finished } = state;
	if (!finished || !isSaved(state)) {
		if (state.question?.kind === "escape") return <Paragraph lines={selftestRows(state, messages, width).slice(0, height)} />;
		return isSaving(state) ? <Saving /> : <BeforeSaving />;
	}
	return (
		<Panes detail={<Facts finished={finished} />}>
			<Choices finished={finished} />
		</Panes>
	);
}

function Saving() {
	const { messages, state, width } = useView();
	const words = messages.wizard.save;
	const isTesting = isBusy(state, "selftest");
	const verdict = isTesting ? verdictOf(state, messages) : undefined;
	return (
		<>
			<Paragraph lines={paragraph(isTesting ? words.testing : words.saving, width, 3)} bold />
			<Paragraph lines={verdict ? paragraph(verdict.text, width, 3) : []} />
		</>
	);
}

/** How the cage is saved, and what follows. The self-test may still run. */
function BeforeSaving() {
	const { height, linear, messages, state, width } = useView();
	const words = messages.wizard.save;
	const items = saveItems(state);
	const values = { name: state.answers?.name ?? "", service: state.hostView?.service ?? "" };
	const title = paragraph(messages.fill(words.title, values), width, 2);
	const verdict = verdictOf(state, messages);
	const verdictLines = verdict ? paragraph(verdict.text, width, 3) : [];
	const selected = items[cursorOf(state)];
	const hint = selected && !linear && isSavingItem(selected) ? messages.fill(words.follows[selected], values) : "";
	const left = height - title.length - verdictLines.length - items.length;
	return (
		<>
			<Paragraph lines={title} bold />
			<Paragraph lines={verdictLines} tone={verdict?.tone} />
			{left > 0 ? <Line /> : null}
			<Menu
				items={items.map((value) => ({ value, label: messages.fill(words.menu[value], values) }))}
				cursor={cursorOf(state)}
				limit={items.length}
			/>
			{left > 2 && hint ? <Line /> : null}
			<Paragraph lines={left > 1 ? paragraph(hint, width, 3) : []} dimColor />
		</>
	);
}

/** The menu. With one pane, the facts follow as far as there is room; all of them are printed when the wizard ends. */
function Choices({ finished }: { finished: FinishedCage }) {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.save;
	const safe = isSafe(state);
	const title = paragraph(messages.fill(safe ? words.done : words.unsafe, { name: finished.name }), width, 2);
	const items = saveItems(state);
	const { service = "" } = finished;
	const labels = items.map((value) => ({ value, label: messages.fill(words.menu[value], { service }) }));
	const isWide = state.size.columns >= columnsForTwo;
	// With little room, the facts are worth more than a complete menu, which scrolls.
	const facts = isWide ? 0 : mainFacts(finished, messages, width) + 2;
	const menu = Math.min(items.length, Math.max(5, height - title.length - facts));
	const left = height - title.length - menu;
	const gap = left > (isWide ? 0 : 4) ? 1 : 0;
	const below = isWide ? 0 : left - 1 - gap;
	return (
		<>
			<Paragraph lines={title} bold tone={safe ? "good" : "bad"} />
			{gap ? <Line /> : null}
			<Menu items={labels} cursor={cursorOf(state)} limit={menu} />
			{below < 1 ? null : (
				<>
					<Line />
					<Facts finished={finished} height={below} />
				</>
			)}
		</>
	);
}

/** The places of the cage, then the commands for what comes next, as far as they fit completely. The command of the same cage comes first if there is no room for both. */
function Facts({ finished, height }: { finished: FinishedCage; height?: number }) {
	const view = useView();
	const { messages, width } = view;
	const gap = height === undefined ? [""] : [];
	const lines: string[] = [];
	const [places = [], ...others] = factBlocks(finished, messages, width);
	const untilCommand = others.slice(0, (finished.warnings?.length ?? 0) + 1);
	const isCramped = places.length + untilCommand.flat().length > (height ?? view.height);
	for (const block of isCramped ? [...untilCommand, places] : [places, ...others]) {
		const added = lines.length ? [...gap, ...block] : block;
		if (lines.length + added.length > (height ?? view.height)) break;
		lines.push(...added);
	}
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text
		<Line key={index} dimColor={line.endsWith(":")}>
			{line}
		</Line>
	));
}

/** Rows of the places and of the command of the same cage. */
function mainFacts(finished: FinishedCage, messages: Messages, width: number): number {
	const [places = [], ...others] = factBlocks(finished, messages, width);
	const warnings = finished.warnings?.length ?? 0;
	return places.length + (others[warnings]?.length ?? 0);
}

function factBlocks(
	{ command, data, next, record, root, warnings = [] }: FinishedCage,
	messages: Messages,
	width: number,
): string[][] {
	const words = messages.wizard.save;
	const places: Fact[] = [
		[words.root, root],
		[words.data, data],
		[words.record, record],
	];
	const commandBlock = (title: string, line: string) => [
		title,
		...wrapCommand(printable(line), width - 2).map((row) => `  ${row}`),
	];
	return [
		labelled(places, width),
		...warnings.map(({ code, values }) => wrapWords(`! ${messages.note(code, values)}`, width)),
		commandBlock(words.same, command),
		// The last step is the command itself.
		...next.filter(({ line }) => line !== command).map(({ kind, line }) => commandBlock(`${words.next[kind]}:`, line)),
	];
}

/** The progress or the verdict of the self-test. */
export function verdictOf(state: WizardState, messages: Messages): { text: string; tone?: Tone } | undefined {
	const words = messages.wizard.trial;
	const { tested, testing } = state.trial;
	if (tested?.untried) {
		const why = messages.note(tested.untried.code, tested.untried.values);
		return { text: `✗ ${messages.fill(words.untested, { why })}`, tone: "warning" };
	}
	if (tested) {
		const text = verdictText(tested.test, messages);
		return isSafe(state) ? { text: `✓ ${text}`, tone: "good" } : { text: `✗ ${text}`, tone: "bad" };
	}
	if (!isBusy(state, "selftest")) return undefined;
	return { text: `• ${testing ? messages.fill(words.testing, { ...testing }) : words.testingSoon}` };
}
