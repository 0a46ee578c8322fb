import { printable } from "../../core/path/quote.ts";
import { switches } from "../../core/wizard/form.ts";
import type { Form, FormRow } from "../../core/wizard/state.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Rows } from "../parts/rows.tsx";
import { TextInput } from "../parts/text-input.tsx";

export function FormStep() {
	const { height, messages, state, width } = useView();
	const { form } = state;
	if (!form) return null;
	const words = messages.wizard.form;
	const onButton = form.cursor === form.rows.length;
	const labelWidth = Math.max(...Object.values(words.fields).map((label) => label.length)) + 2;
	return (
		<>
			<Line bold>{words.title}</Line>
			<Rows
				items={form.rows}
				cursor={form.cursor}
				height={height - 4}
				row={(row, selected, index) => (
					<Field key={`${row.field} ${index}`} form={form} index={index} selected={selected} labelWidth={labelWidth} />
				)}
			/>
			<Line width={width} bold={onButton} inverse={onButton}>{`${onButton ? ">" : " "} [ ${words.button} ]`}</Line>
			<Hint />
		</>
	);
}

function Field({ form, index, labelWidth, selected }: { form: Form; index: number; selected: boolean; labelWidth: number }) {
	const { messages, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[index];
	if (!row) return null;
	// Of several rows of one field the first carries its name.
	const first = form.rows[index - 1]?.field !== row.field;
	const wrong = first && form.problems.some((problem) => problem.field === row.field);
	const label = `${selected ? ">" : " "} ${wrong ? "!" : " "} ${(first ? words.fields[row.field] : "").padEnd(labelWidth)}`;
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

/** Two rows: what the field is for or what is wrong with it, and how the whole stands. */
function Hint() {
	const { messages, state } = useView();
	const words = messages.wizard.form;
	const { form } = state;
	if (!form) return null;
	const row = form.rows[form.cursor];
	const problem = row ? form.problems.find((one) => one.field === row.field) : form.problems[0];
	const ready = state.answers?.onHost ? words.readyOnHost : words.ready;
	const whole = form.going
		? words.checking
		: form.problems.length
			? messages.fill(words.problems, { count: form.problems.length })
			: ready;
	return (
		<>
			{problem ? (
				<Line color="yellow">{`! ${messages.failure(problem)}`}</Line>
			) : (
				<Line dimColor>{row ? words.hints[row.field] : ""}</Line>
			)}
			<Line dimColor={!form.problems.length}>{whole}</Line>
		</>
	);
}
