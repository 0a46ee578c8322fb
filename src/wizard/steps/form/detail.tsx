import { queryOf } from "../../../core/application/recognise.ts";
import { printable } from "../../../core/path/quote.ts";
import type { Answers } from "../../../core/questions/answers.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph } from "../../parts/line.tsx";
import type { Form, WizardState } from "../../state.ts";

/** The second pane: the purpose of the field, the output of its probe, notes about the application. */
export function FormDetail({ form }: { form: Form }) {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[form.cursor];
	const texts = [
		...(row ? [words.hints[row.field]] : [readyText(state.answers, messages)]),
		...(row?.field === "probe" ? printedBy(form, row.line.text.trim(), messages) : []),
		...aboutApplication(state, messages).flatMap((text) => ["", text]),
	];
	const lines = texts.flatMap((text) => (text === "" ? [""] : wrapWords(text, width))).slice(0, height - 2);
	return (
		<>
			<Line bold width={width}>
				{row ? words.fields[row.field] : words.button}
			</Line>
			<Line />
			<Paragraph lines={lines} />
		</>
	);
}

/** What the probe does not prove, and the output of the probe and the application. */
function printedBy({ tried }: Form, line: string, messages: Messages): string[] {
	const words = messages.wizard.form.tried;
	const result = Object.hasOwn(tried, line) ? tried[line] : undefined;
	const open = queryOf(line)?.unproven;
	const unproven = open ? ["", messages.note(open.code, open.values)] : [];
	if (result === undefined || "failure" in result) return unproven;
	const printed = result.attempts.flatMap(({ output, printed = "", where }) => [
		...(output === "" ? [] : ["", `${words.printed[where]}:`, ...output.split("\n").map(printable)]),
		...(printed === "" ? [] : ["", `${words.printed.application}:`, ...printed.split("\n").map(printable)]),
	]);
	return [...unproven, ...printed];
}

/** Advice from the template or unit, and guesses. */
export function aboutApplication({ answers, choices, chosen }: WizardState, messages: Messages): string[] {
	const choice = choices?.find((one) => one.id === chosen);
	return [...(choice?.advice ?? []), ...(answers?.notes ?? []).map(({ code, values }) => messages.note(code, values))];
}

/** What happens when the form is submitted. */
export function readyText(answers: Answers | undefined, messages: Messages): string {
	const words = messages.wizard.form;
	if (answers?.attach) return messages.fill(words.readyRunning, { pid: answers.attach.pid });
	return answers?.onHost ? words.readyOnHost : words.ready;
}
