import { Box, Text } from "ink";
import { printable } from "../../core/path/quote.ts";
import { asciiText } from "../../messages/ascii.ts";
import type { Messages } from "../../messages/messages.ts";
import { type Decided, decidedSoFar } from "../decided.ts";
import { fitting } from "../footer.ts";
import { useView } from "../look.ts";
import { stepOf, steps } from "../state.ts";
import { Line, SplitLine } from "./line.tsx";
import { Ruled } from "./ruled.tsx";

export const headerRows = 3;

/** Where one is, what is done and what lies ahead, what the cage is called, and what is decided so far. */
export function Header() {
	const { ascii, messages, state, width } = useView();
	const words = messages.wizard;
	const now = stepOf(state.screen);
	const named = state.screen !== "choose" && state.screen !== "lacks" ? state.answers?.name : undefined;
	const name = named ? ` ${ascii ? "|" : "·"} ${printable(named)}` : "";
	const step = messages.fill(words.step, { number: steps.indexOf(now) + 1, of: steps.length, name: words.steps[now] });
	return (
		<>
			<SplitLine left={`${words.title}${name}`} right={step} width={width} bold />
			<Steps />
			<DecidedLine />
		</>
	);
}

/** Each step with its mark and its name; where the names have no room, only that of this one and of the next. */
function Steps() {
	const { messages, state, width } = useView();
	const words = messages.wizard.steps;
	const at = steps.indexOf(stepOf(state.screen));
	const finished = state.finished !== undefined;
	const all = steps.map((step, index) => {
		const done = index < at || finished;
		return { step, name: words[step], mark: done ? "[x]" : index === at ? "[>]" : "[ ]", isNow: index === at, done };
	});
	const length = (gap: string) => all.reduce((sum, { mark, name }) => sum + mark.length + gap.length + name.length + 1, -1);
	const isLong = length("") <= width;
	const gap = length(" ") <= width ? " " : "";
	return (
		<Line>
			{all.map(({ done, isNow, mark, name, step }, index) => (
				<Text key={step} bold={isNow} dimColor={!isNow} {...(isNow ? { color: "cyan" } : done ? { color: "green" } : {})}>
					{isLong ? `${index ? " " : ""}${mark}${gap}${name}` : index === at || index === at + 1 ? `${mark} ${name} ` : mark}
				</Text>
			))}
		</Line>
	);
}

/** A line across, with what is decided in it. */
function DecidedLine() {
	const { ascii, messages, state, width } = useView();
	const dot = ascii ? " | " : " · ";
	const items = decidedSoFar(state).map((one) => ({ rank: one.rank, text: decidedText(one, messages) }));
	const text = fitting(items, width - 8, dot.length)
		.map((item) => item.text)
		.join(dot);
	if (text === "") return <Ruled>{"-".repeat(width)}</Ruled>;
	return (
		<Box height={1} flexShrink={0} overflowY="hidden">
			<Ruled>{"-- "}</Ruled>
			<Text wrap="truncate">{ascii ? asciiText(text) : text}</Text>
			<Ruled>{` ${"-".repeat(Math.max(0, width - 4 - text.length))}`}</Ruled>
		</Box>
	);
}

function decidedText(one: Decided, messages: Messages): string {
	const words = messages.wizard.decided;
	switch (one.what) {
		case "program":
			return printable(one.name);
		case "account":
			return messages.fill(words.account, { name: one.name ?? "root" });
		case "probes":
			return messages.fill(words.probes, { count: one.count });
		case "contents":
			return messages.fill(words.contents, { files: one.files, bytes: one.bytes });
		case "undecided":
			return messages.fill(words.undecided, { count: one.count });
		case "openings":
			return one.count ? messages.fill(words.openings, { count: one.count }) : words.closed;
		case "answers":
			return words.answers;
	}
}
