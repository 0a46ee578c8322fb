import { printable } from "../../core/path/quote.ts";
import { stepOf, steps } from "../../core/wizard/state.ts";
import { useView } from "../look.ts";
import { Line, SplitLine } from "./line.tsx";

export const headerRows = 3;

/** Where one is, what is done and what lies ahead. */
export function Header() {
	const { ascii, messages, state, width } = useView();
	const words = messages.wizard;
	const now = steps.indexOf(stepOf(state.screen));
	const name = state.answers?.name && state.screen !== "choose" ? ` ${ascii ? "|" : "·"} ${printable(state.answers.name)}` : "";
	const current = words.steps[stepOf(state.screen)];
	const step = messages.fill(words.step, { number: now + 1, of: steps.length, name: current });
	const finished = state.finished !== undefined;
	const mark = (index: number) => (index < now || finished ? "[x]" : index === now ? "[>]" : "[ ]");
	const long = steps.map((one, index) => `${mark(index)} ${words.steps[one]}`).join(" ");
	const short = steps.map((_, index) => mark(index)).join("");
	return (
		<>
			<SplitLine left={`${words.title}${name}`} right={step} width={width} bold />
			<Line dimColor>{long.length <= width ? long : short}</Line>
			<Line dimColor>{(ascii ? "-" : "─").repeat(width)}</Line>
		</>
	);
}
