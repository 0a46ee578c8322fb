import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import type { WizardState } from "../state.ts";
import { Line } from "./line.tsx";
import { messageText, promptLabel } from "./message-text.ts";
import { Paragraph, paragraph } from "./paragraph.tsx";
import { TextInput } from "./text-input.tsx";

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
