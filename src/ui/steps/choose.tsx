import { printable } from "../../core/path/quote.ts";
import { shownChoices } from "../../core/wizard/choose.ts";
import { cursorOf } from "../../core/wizard/reduced.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Rows } from "../parts/rows.tsx";
import { sessionHint, sessionText } from "../parts/session-text.ts";

export function ChooseStep() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.choose;
	const choices = shownChoices(state);
	const query = state.queries.choose ?? "";
	const chosen = choices[cursorOf(state)];
	const proposing = state.jobs.propose !== undefined;
	const kindWidth = Math.max(...Object.values(words.kinds).map((kind) => kind.length));
	const nameWidth = Math.min(24, Math.max(8, ...(state.choices ?? []).map((choice) => choice.name.length)));
	const hint = proposing
		? messages.fill(words.reading, { name: chosen?.name ?? "" })
		: query !== "" && !state.prompt
			? messages.fill(words.searching, { query })
			: ((chosen && sessionHint(chosen, messages)) ?? chosen?.detail ?? words.first);
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
				height={height - 3}
				row={(choice, selected) => (
					<Line key={choice.id} bold={selected} width={width} {...(selected ? { color: "cyan" } : {})}>
						{`${selected ? ">" : " "} ${printable(choice.name).slice(0, nameWidth).padEnd(nameWidth)}  ${words.kinds[choice.kind].padEnd(kindWidth)}  ${printable(choice.left ? sessionText(choice.left, messages) : choice.description)}`}
					</Line>
				)}
			/>
			<Line />
			<Line dimColor>{printable(hint)}</Line>
		</>
	);
}
