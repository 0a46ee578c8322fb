import { showPath } from "../../core/path/quote.ts";
import type { Question, WizardState } from "../../core/wizard/state.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";
import { Paragraph, paragraph } from "./paragraph.tsx";
import { TextInput } from "./text-input.tsx";

/** What has to be said now: a question before a failure before a notice. At most `most` rows. */
export function messageLines(state: WizardState, messages: Messages, width: number, most: number): readonly string[] {
	const text = messageText(state, messages);
	if (text === undefined) return [];
	return paragraph(text, width, most);
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
	if (question.kind === "install") {
		const { packages, programs } = question;
		return messages.fill(questions.install, {
			programs: programs.join(", "),
			packages: packages.join(" "),
			count: programs.length,
		});
	}
	return messages.fill(questions[question.kind], { path: showPath(question.path) });
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
			{typing ? <TextInput label={`${messages.wizard.prompts[prompt.kind]}: `} line={prompt.line} /> : null}
		</>
	);
}
