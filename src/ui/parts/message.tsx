import { printable, showPath } from "../../core/path/quote.ts";
import type { Question, WizardState } from "../../core/wizard/state.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";
import { TextInput } from "./text-input.tsx";

/** What has to be said now: a question before a failure before a notice. At most `most` rows. */
export function messageLines(state: WizardState, messages: Messages, width: number, most: number): readonly string[] {
	const text = messageText(state, messages);
	if (text === undefined) return [];
	const lines = wrapWords(text, width);
	return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(" ")];
}

function messageText(state: WizardState, messages: Messages): string | undefined {
	const words = messages.wizard;
	if (state.question) return `? ${questionText(state.question, state, messages)}`;
	if (state.notice) {
		const { code, values } = state.notice;
		const sentence = (words.notices as Readonly<Record<string, string>>)[code];
		return sentence === undefined ? `! ${messages.failure(state.notice)}` : messages.fill(sentence, values);
	}
	return state.failure ? `! ${messages.failure(state.failure)}` : undefined;
}

function questionText(question: Question, state: WizardState, messages: Messages): string {
	const { questions } = messages.wizard;
	if (question.kind === "quit") return state.finished ? questions.quitDone : questions.quit;
	return messages.fill(questions[question.kind], { path: showPath(question.path) });
}

/** By words, and words that are too long by length: a path must not push the rest off the screen. */
export function wrapWords(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of printable(text).split(" ")) {
		if (line !== "" && line.length + 1 + word.length > width) {
			lines.push(line);
			line = "";
		}
		line = line === "" ? word : `${line} ${word}`;
		while (line.length > width) {
			lines.push(line.slice(0, width));
			line = line.slice(width);
		}
	}
	if (line !== "") lines.push(line);
	return lines;
}

export function MessageArea({ lines }: { lines: readonly string[] }) {
	const { messages, state } = useView();
	const { prompt, question } = state;
	const typing = prompt && !question;
	if (!lines.length && !typing) return <Line> </Line>;
	const color = state.failure && !state.notice && !question ? "red" : "yellow";
	return (
		<>
			{lines.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text have nothing else
				<Line key={index} color={color}>
					{line}
				</Line>
			))}
			{typing ? <TextInput label={`${messages.wizard.prompts[prompt.kind]}: `} line={prompt.line} /> : null}
		</>
	);
}
