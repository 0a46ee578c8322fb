import { Box } from "ink";
import { fitting, keyName, offered } from "./footer.ts";
import { type Look, LookContext, useView, type View, ViewContext, WidthContext } from "./look.ts";
import { Header, headerRows } from "./parts/header.tsx";
import { Line, Paragraph, paragraph, Segments, TextInput } from "./parts/line.tsx";
import { messageText, promptLabel } from "./parts/message-text.ts";
import type { WizardState } from "./state.ts";
import { Body } from "./steps/body.tsx";

/** Rows from which there is room for a blank row below the header. The form has many fields and needs more. */
const roomyRows = { usual: 24, form: 30 };

/**
 * Header, message and footer take the rows that they need; the body gets the rest. One row of the terminal stays free, because Ink
 * clears the scrollback on every frame that is as high as the terminal.
 */
export function Frame({ look, onMeasured, state }: { state: WizardState; look: Look; onMeasured?: View["onMeasured"] }) {
	const { columns, rows } = state.size;
	const height = rows - 1;
	const outer: View = { ...look, state, width: columns, height, ...(onMeasured ? { onMeasured } : {}) };
	if (columns < 40 || rows < 12) {
		return (
			<LookContext value={look}>
				<Box flexDirection="column" height={Math.max(1, height)} width={columns} overflowY="hidden">
					<Paragraph lines={paragraph(look.messages.wizard.tooSmall, columns, Math.max(1, height))} />
				</Box>
			</LookContext>
		);
	}
	const text = messageText(state, look.messages);
	const lines = text === undefined ? [] : paragraph(text, columns, Math.max(3, Math.min(4, height - 10)));
	const bottom = Math.max(1, lines.length + (state.prompt && !state.question ? 1 : 0));
	const top = rows >= (state.screen === "form" && !state.overlay ? roomyRows.form : roomyRows.usual) ? 1 : 0;
	const body = height - headerRows - top - bottom - 1;
	return (
		<LookContext value={look}>
			<WidthContext value={columns}>
				<ViewContext value={outer}>
					<Box flexDirection="column" height={height} width={columns} overflowY="hidden">
						<Header />
						{top ? <Line /> : null}
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

/** The keys that work now. Those without room are on the page of keys. */
function Footer() {
	const { messages, state, width } = useView();
	const items = offered(state).map((binding) => {
		const word = messages.wizard.keys[binding.command];
		const key = keyName(keyFor(binding.keys, word), messages);
		return { rank: binding.footer ?? 9, key, word, text: `${key} ${word}` };
	});
	const segments = fitting(items, width, 2).flatMap(({ key, word }, index) => [
		{ text: `${index ? "  " : ""}${key}`, bold: true, tone: "accent" as const },
		{ text: ` ${word}`, dimColor: true },
	]);
	return <Segments segments={segments} />;
}

/** The first key, or the letter that the word begins with: `y` for yes, `j` for ja. */
function keyFor([first = "", ...others]: readonly string[], word: string): string {
	return first.length === 1 ? (others.find((key) => key === word[0]) ?? first) : first;
}

function MessageArea({ lines }: { lines: readonly string[] }) {
	const { messages, state } = useView();
	const { notice, prompt, question } = state;
	const typing = prompt && !question;
	if (!lines.length && !typing) return <Line />;
	const isWarning = lines[0]?.startsWith("! ") ?? false;
	const tone = question ? "warning" : notice ? (isWarning ? "warning" : "accent") : "bad";
	return (
		<>
			<Paragraph lines={lines} tone={tone} bold={question !== undefined} />
			{typing ? <TextInput label={`${promptLabel(state, prompt.kind, messages)}: `} line={prompt.line} /> : null}
		</>
	);
}
