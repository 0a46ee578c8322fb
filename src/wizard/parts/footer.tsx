import { Text } from "ink";
import { fitting, offered } from "../footer.ts";
import { useView } from "../look.ts";
import { keyName } from "./key-name.ts";
import { Line } from "./line.tsx";

/** The keys that work here, made from the bindings; what does not fit is under `?`. */
export function Footer() {
	const { messages, state, width } = useView();
	const items = offered(state).map((binding) => ({
		rank: binding.footer ?? 9,
		key: keyName(shownKey(binding.keys, messages.wizard.keys[binding.command]), messages),
		word: messages.wizard.keys[binding.command],
		get text() {
			return `${this.key} ${this.word}`;
		},
	}));
	const shown = fitting(items, width, 2);
	return (
		<Line>
			{shown.map((item, index) => (
				<Text key={item.text}>
					{index ? "  " : ""}
					<Text bold color="cyan">
						{item.key}
					</Text>{" "}
					<Text dimColor>{item.word}</Text>
				</Text>
			))}
		</Line>
	);
}

/** The first one; of several letters that of the word, as a question has it: y or j. */
function shownKey([first = "", ...others]: readonly string[], word: string): string {
	return first.length === 1 ? (others.find((key) => key === word[0]) ?? first) : first;
}
