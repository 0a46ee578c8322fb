import { printable } from "../../core/path/quote.ts";
import { switches } from "../../core/wizard/form.ts";
import type { Form, FormRow } from "../../core/wizard/state.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Paragraph, paragraph } from "../parts/paragraph.tsx";
import { Rows } from "../parts/rows.tsx";
import { TextInput } from "../parts/text-input.tsx";

const hintRows = 2;

export function FormStep() {
	const { height, messages, state, width } = useView();
	const { form } = state;
	if (!form) return null;
	const words = messages.wizard.form;
	const onButton = form.cursor === form.rows.length;
	const labelWidth = Math.max(...Object.values(words.fields).map((label) => label.length)) + 2;
	const { text, wrong } = hintText(form, state.answers?.onHost === true, messages);
	// Always as many rows, so that nothing jumps while one moves.
	const hint = [...paragraph(text, width, hintRows), ""].slice(0, hintRows);
	return (
		<>
			<Line bold>{words.title}</Line>
			<Rows
				items={form.rows}
				// On the button one reads what is about to be started, from the top.
				cursor={onButton ? 0 : form.cursor}
				height={height - 2 - hint.length}
				row={(row, selected, index) => (
					<Field
						key={`${row.field} ${index}`}
						form={form}
						index={index}
						selected={selected && !onButton}
						labelWidth={labelWidth}
					/>
				)}
			/>
			<Line width={width} bold={onButton} inverse={onButton}>{`${onButton ? ">" : " "} [ ${words.button} ]`}</Line>
			<Paragraph lines={hint} dimColor={!wrong} {...(wrong ? { color: "yellow" } : {})} />
		</>
	);
}

function Field({ form, index, labelWidth, selected }: { form: Form; index: number; selected: boolean; labelWidth: number }) {
	const { linear, messages, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[index];
	if (!row) return null;
	// Of several rows of one field the first carries its name.
	const first = form.rows[index - 1]?.field !== row.field;
	const wrong = first && form.problems.some((problem) => problem.field === row.field);
	const label = `${selected ? ">" : " "} ${wrong ? "!" : " "} ${(first || linear ? words.fields[row.field] : "").padEnd(labelWidth)}`;
	if (selected && !switches.includes(row.field)) return <TextInput label={label} line={row.line} width={width} />;
	return (
		<Line width={width} dimColor={row.line.text === ""} bold={selected}>
			{label}
			{shownValue(row, first, words)}
		</Line>
	);
}

function shownValue(
	row: FormRow,
	first: boolean,
	words: { values: Readonly<Record<string, string>>; empty: string; another: string },
): string {
	const { text } = row.line;
	if (switches.includes(row.field)) return words.values[text] ?? text;
	return text === "" ? (first ? words.empty : words.another) : printable(text);
}

/** What the field is for, or what is wrong with it; on the button, what happens next or what is in the way. */
function hintText(
	{ cursor, going, problems, rows }: Form,
	onHost: boolean,
	messages: Messages,
): { text: string; wrong: boolean } {
	const words = messages.wizard.form;
	const row = rows[cursor];
	const problem = row ? problems.find((one) => one.field === row.field) : problems[0];
	if (going) return { text: words.checking, wrong: false };
	if (!problem) return { text: row ? words.hints[row.field] : onHost ? words.readyOnHost : words.ready, wrong: false };
	const count = row ? "" : ` ${messages.fill(words.problems, { count: problems.length })}`;
	return { text: `!${count} ${messages.failure(problem)}`, wrong: true };
}
