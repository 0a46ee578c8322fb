import { queryOf } from "../../../core/application/recognise.ts";
import { printable } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph } from "../../parts/line.tsx";
import type { Form, WizardState } from "../../state.ts";
import { readyText } from "../save/ready-text.ts";

/** Beside the form, where there is room: what the field is for, what a try of its probe printed, and what was told of this application. */
export function FormDetail({ form }: { form: Form }) {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[form.cursor];
	const texts = [
		...(row ? [words.hints[row.field]] : [readyText(state.answers, messages)]),
		...(row?.field === "probe" ? printedBy(form, row.line.text.trim(), messages) : []),
		...aboutApplication(state, messages).flatMap((text) => ["", text]),
	];
	const lines = texts.flatMap((text) => (text === "" ? [""] : wrapWords(text, width))).slice(0, height - 1);
	return (
		<>
			<Line bold width={width}>
				{row ? words.fields[row.field] : words.button}
			</Line>
			<Paragraph lines={lines} />
		</>
	);
}

/** What the probe leaves unproven, and all that it and the application printed. */
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

/** What the template or the unit says beforehand, and what was guessed. */
export function aboutApplication({ answers, choices, chosen }: WizardState, messages: Messages): string[] {
	const choice = choices?.find((one) => one.id === chosen);
	return [...(choice?.advice ?? []), ...(answers?.notes ?? []).map(({ code, values }) => messages.note(code, values))];
}
