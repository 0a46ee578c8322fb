import { printable } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Choice } from "../../choice.ts";
import { useView } from "../../look.ts";
import { Line } from "../../parts/line.tsx";
import { OutputTail } from "../../parts/output.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { Paragraph, paragraph } from "../../parts/paragraph.tsx";
import { Rows } from "../../parts/rows.tsx";
import { sessionHint, sessionText } from "../../parts/session-text.ts";
import { cursorOf, isBusy } from "../../reduced.ts";
import { ChoiceDetail } from "./choice-detail.tsx";
import { isMissing, selectedChoice, shownChoices } from "./reduce.ts";

export function ChooseStep() {
	const { height, messages, state } = useView();
	if (isBusy(state, "install")) {
		return (
			<>
				<Line bold>{messages.wizard.lacks.installing}</Line>
				<OutputTail height={height - 1} />
			</>
		);
	}
	return (
		<Panes detail={<ChoiceDetail />}>
			<Choices />
		</Panes>
	);
}

function Choices() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.choose;
	const choices = shownChoices(state);
	const query = state.queries.choose ?? "";
	const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
	const columns = [
		Math.min(width < 70 ? 14 : 24, longest(["        ", ...(state.choices ?? []).map((choice) => choice.name)])),
		longest(Object.values(words.kinds)),
		longest(Object.values(words.states)),
	] as const;
	const hint = [...paragraph(hintText(messages, state), width, 2), "", ""].slice(0, 2);
	return (
		<>
			<Line bold>{words.title}</Line>
			{state.choices === undefined ? <Line dimColor>{state.failure ? "" : messages.wizard.looking}</Line> : null}
			{state.choices !== undefined && !choices.length ? (
				<Line>{query === "" ? words.none : messages.fill(messages.wizard.nothingFound, { query })}</Line>
			) : null}
			<Rows
				items={choices}
				cursor={cursorOf(state)}
				height={height - 1 - hint.length - (choices.length ? 0 : 1)}
				row={(choice, selected) => (
					<Line
						key={choice.id}
						bold={selected}
						width={width}
						{...(selected ? { color: "cyan" } : isMissing(choice) ? { dimColor: true } : {})}
					>
						{rowText(choice, selected, columns, messages)}
					</Line>
				)}
			/>
			<Paragraph lines={hint} dimColor />
		</>
	);
}

function rowText(
	choice: Choice,
	selected: boolean,
	[name, kind, state]: readonly [number, number, number],
	messages: Messages,
): string {
	const words = messages.wizard.choose;
	const shown = printable(choice.name).slice(0, name).padEnd(name);
	if (choice.left)
		return `${selected ? ">" : " "} ${shown}  ${words.kinds.session.padEnd(kind)}  ${sessionText(choice.left, messages)}`;
	const is = words.states[stateOf(choice)].padEnd(state);
	return `${selected ? ">" : " "} ${shown}  ${words.kinds[choice.kind].padEnd(kind)}  ${is}  ${printable(choice.description)}`;
}

function stateOf(choice: Choice): "missing" | "installed" | "running" {
	if (isMissing(choice)) return "missing";
	return choice.ports?.length || choice.pid !== undefined ? "running" : "installed";
}

/** What is going on, else what the selected one is; beside a pane that says it, only how to begin. */
function hintText(messages: Messages, state: ReturnType<typeof useView>["state"]): string {
	const words = messages.wizard.choose;
	const query = state.queries.choose ?? "";
	const choice = selectedChoice(state);
	const typed = state.prompt?.kind === "command" ? state.prompt.line.text : undefined;
	if (isBusy(state, "propose")) return messages.fill(words.reading, { name: typed ?? choice?.name ?? "" });
	if (query !== "" && !state.prompt) return messages.fill(words.searching, { query });
	const session = choice && sessionHint(choice, messages);
	if (session) return session;
	if (choice && isMissing(choice)) return missingText(choice, messages);
	if (state.size.columns >= columnsForTwo) return words.first;
	return choice?.detail ?? words.first;
}

export function missingText({ lacks }: Choice, messages: Messages): string {
	const words = messages.wizard.choose;
	const packages = lacks?.packages ?? [];
	if (packages.length) return messages.fill(words.install, { packages: packages.join(" ") });
	return messages.fill(words.noPackage, { programs: lacks?.programs.join(", ") ?? "" });
}
