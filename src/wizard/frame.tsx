import { Box, Text } from "ink";
import type { Messages } from "../messages/messages.ts";
import { fitting, offered } from "./footer.ts";
import { type Look, LookContext, useView, type View, ViewContext, WidthContext } from "./look.ts";
import { Header, headerRows } from "./parts/header.tsx";
import { keyName } from "./parts/key-name.ts";
import { Line, Paragraph, paragraph } from "./parts/line.tsx";
import { messageText, promptLabel } from "./parts/message-text.ts";
import { TextInput } from "./parts/text-input.tsx";
import type { WizardState } from "./state.ts";
import { Body } from "./steps/body.tsx";

/**
 * The fixed areas take what they need and the body gets the rows that are left. One row of the terminal stays free: with as many
 * rows as the terminal has, Ink clears the scrollback on every frame.
 */
export function Frame({ look, onMeasured, state }: { state: WizardState; look: Look; onMeasured?: View["onMeasured"] }) {
	const { columns, rows } = state.size;
	const height = rows - 1;
	const outer: View = { ...look, state, width: columns, height, ...(onMeasured ? { onMeasured } : {}) };
	if (columns < 40 || rows < 12) {
		return (
			<LookContext value={look}>
				<Box height={Math.max(1, height)} width={columns} overflowY="hidden">
					<Line width={columns}>{look.messages.wizard.tooSmall}</Line>
				</Box>
			</LookContext>
		);
	}
	const lines = messageLines(state, look.messages, columns, Math.max(3, Math.min(4, height - 10)));
	const bottom = Math.max(1, lines.length + (state.prompt && !state.question ? 1 : 0));
	const body = height - headerRows - bottom - 1;
	return (
		<LookContext value={look}>
			<WidthContext value={columns}>
				<ViewContext value={outer}>
					<Box flexDirection="column" height={height} width={columns} overflowY="hidden">
						<Header />
						<Box flexDirection="column" height={body} flexShrink={0} overflowY="hidden">
							<ViewContext value={{ ...outer, height: body }}>
								<Body />
							</ViewContext>
						</Box>
						<MessageArea lines={lines} />
						<Footer />
					</Box>
				</ViewContext>
			</WidthContext>
		</LookContext>
	);
}

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

/** The rows of what has to be said now, at most `most`. */
export function messageLines(state: WizardState, messages: Messages, width: number, most: number): readonly string[] {
	const text = messageText(state, messages);
	if (text === undefined) return [];
	return paragraph(text, width, most);
}

export function MessageArea({ lines }: { lines: readonly string[] }) {
	const { messages, state } = useView();
	const { prompt, question } = state;
	const typing = prompt && !question;
	if (!lines.length && !typing) return <Line> </Line>;
	const color = state.failure && !state.notice && !question ? "red" : "yellow";
	return (
		<>
			<Paragraph lines={lines} color={color} />
			{typing ? <TextInput label={`${promptLabel(state, prompt.kind, messages)}: `} line={prompt.line} /> : null}
		</>
	);
}
