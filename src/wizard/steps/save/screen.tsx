import { printable } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { wrapCommand, wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph } from "../../parts/line.tsx";
import { Menu } from "../../parts/menu.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { selftestRows } from "../../parts/selftest-rows.ts";
import type { FinishedCage } from "../../session/values.ts";
import { cursorOf, isBusy } from "../../transitions.ts";
import { type Fact, labelled } from "../choose/screen.tsx";
import { isSafe } from "./finishing.ts";
import { saveItems } from "./reduce.ts";

export function SaveStep() {
	const { height, messages, state, width } = useView();
	const { finished } = state;
	if (!finished || !state.trial.saved) {
		if (state.question?.kind === "escape") return <Paragraph lines={selftestRows(state, messages, width).slice(0, height)} />;
		const words = messages.wizard.save;
		const text = isBusy(state, "selftest") ? words.testing : isBusy(state, "finish") ? words.saving : "";
		return <Paragraph lines={paragraph(text, width, 3)} bold />;
	}
	return (
		<Panes detail={<Facts finished={finished} />}>
			<Choices finished={finished} />
		</Panes>
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
	// With little room, the facts are worth more than a complete menu.
	const menu = Math.min(items.length, Math.max(5, height - title.length - (isWide ? 0 : 6)));
	const left = height - title.length - menu;
	const gap = left > (isWide ? 0 : 4) ? 1 : 0;
	const facts = isWide ? 0 : left - 1 - gap;
	return (
		<>
			<Paragraph lines={title} bold tone={safe ? "good" : "bad"} />
			{gap ? <Line /> : null}
			<Menu items={labels} cursor={cursorOf(state)} limit={menu} />
			{facts < 1 ? null : (
				<>
					<Line />
					<Facts finished={finished} height={facts} />
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
