import type { Answers } from "../../../core/questions/answers.ts";
import type { Key } from "../../keys.ts";
import { editLine, type TextLine, textLine } from "../../line.ts";
import { only, start } from "../../reduced.ts";
import type { Form, FormRow, Reduced, WizardState } from "../../state.ts";
import { allProblems, lists, readForm, switches } from "./fields.ts";
import { followPort } from "./port.ts";

function isList(row: FormRow): boolean {
	return lists.includes(row.field);
}

/** A key in a row of the form. What it changes is checked as far as can be told here at once, and by the session soon after. */
export function edit(state: WizardState, form: Form, before: Answers, row: FormRow, key: Key): Reduced {
	const changed = key.lines && isList(row) ? pasteLines(form, row, key.lines) : changeLine(form, row, key);
	if (changed === undefined) return only(state);
	const edited: Form = { ...form, ...withRoomForMore(changed.rows, changed.cursor), going: false };
	const next = row.field === "command" && state.proposal ? followPort(edited, state.proposal) : edited;
	if (changed.rows.length === form.rows.length && changed.rows[form.cursor]?.line.text === row.line.text) {
		return only({ ...state, form: next });
	}
	const { answers, problems } = readForm(next, before);
	const text = row.line.text.trim();
	const others = form.problems.filter((one) => one.field !== row.field || (one.line !== undefined && one.line !== text));
	const local = { ...state, answers, form: { ...next, problems: allProblems(problems, others) } };
	return start(local, { job: "validate", answers, soon: true });
}

type Rows = Pick<Form, "rows" | "cursor">;

function changeLine(form: Form, row: FormRow, key: Key): Rows | undefined {
	const line = switches.includes(row.field) ? switched(row.line, key) : editLine(row.line, key);
	if (line === undefined) return undefined;
	return { rows: form.rows.map((one, index) => (index === form.cursor ? { ...one, line } : one)), cursor: form.cursor };
}

function switched(line: TextLine, key: Key): TextLine | undefined {
	const other = { host: "none", none: "host", yes: "no", no: "yes" }[line.text];
	return ["space", "left", "right"].includes(key.id) && other !== undefined ? textLine(other) : undefined;
}

/** Several lines into a field that takes several values: the first where the cursor is, each other in a row of its own. */
function pasteLines(form: Form, row: FormRow, [first = "", ...more]: readonly string[]): Rows {
	const { at, text } = row.line;
	const texts = [text.slice(0, at) + first, ...more];
	const end = texts.length - 1;
	const rows = texts.map((one, index): FormRow => {
		const rest = index === end ? text.slice(at) : "";
		return { field: row.field, line: { text: one + rest, at: one.length } };
	});
	return { rows: [...form.rows.slice(0, form.cursor), ...rows, ...form.rows.slice(form.cursor + 1)], cursor: form.cursor + end };
}

/** Each list ends with exactly one empty row; other empty ones go once the cursor has left them. */
function withRoomForMore(rows: readonly FormRow[], cursor: number): Rows {
	const kept: FormRow[] = [];
	let at = cursor;
	rows.forEach((row, index) => {
		const isLast = rows[index + 1]?.field !== row.field;
		if (isList(row) && row.line.text === "" && !isLast && index !== cursor) {
			if (index < cursor) at--;
			return;
		}
		const above = kept.at(-1);
		// The row that was just emptied is the empty one.
		if (isList(row) && isLast && row.line.text === "" && above?.field === row.field && above.line.text === "") return;
		kept.push(row);
		if (isList(row) && isLast && row.line.text !== "") kept.push({ field: row.field, line: textLine("") });
	});
	return { rows: kept, cursor: at };
}
