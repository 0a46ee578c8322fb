import { printable } from "../../../base/path/quote.ts";
import type { ProbeTry } from "../../../make/engine/try-probe.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Answers } from "../../../options/answers.ts";
import { isGuess } from "../../../probe/protocol.ts";
import { queryOf } from "../../../probe/recognise.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph, TextInput } from "../../parts/line.tsx";
import { type Tone, useView } from "../../parts/look.ts";
import { lastLine } from "../../parts/outcomes.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { cursorMark, Rows } from "../../parts/rows.tsx";
import type { Form, FormRow, WizardState } from "../../state/state.ts";
import { blocking, countFurther, isAbout, switches } from "./fields.ts";

const hintRows = 2;
/** Rows for each comment on a field. */
const commentRows = 3;
/** With fewer rows, comments replace the hint instead of following their field. */
const tightRows = 12;

export function FormStep() {
	const { form } = useView().state;
	if (!form) return null;
	return (
		<Panes detail={<FormDetail form={form} />}>
			<Fields form={form} />
		</Panes>
	);
}

/** A field, or a row of a comment on it. */
type Item = { readonly kind: "field"; readonly index: number } | ({ readonly kind: "comment"; readonly key: string } & Comment);

function Fields({ form }: { form: Form }) {
	const { height, linear, messages, state, width } = useView();
	const words = messages.wizard.form;
	const onButton = form.cursor === form.rows.length;
	const labelWidth = Math.max(...form.rows.map(({ field }) => words.fields[field].length)) + 2;
	// In linear mode rows are numbered, and each number must be a field.
	const isTight = linear || height < tightRows;
	const items = itemsOf(form, state, messages, isTight ? 0 : width - labelWidth - 5);
	const selected = items.findIndex((item) => item.kind === "field" && item.index === form.cursor);
	const hint = (isTight && !linear ? tightHint(form, state, messages) : undefined) ?? hintText(form, state, messages);
	// Always two rows, so that the form does not move with the cursor.
	const lines = [...paragraph(hint.text, width, hintRows), ""].slice(0, hintRows);
	const spare = height - 2 - lines.length - items.length;
	const gaps = { title: spare > 1 ? 1 : 0, button: spare > 0 ? 1 : 0 };
	return (
		<>
			<Line bold>{words.title}</Line>
			{gaps.title ? <Line /> : null}
			<Rows
				items={items}
				// On the button, the form is reviewed from the top.
				cursor={onButton ? 0 : selected}
				height={height - 2 - lines.length - gaps.title - gaps.button}
				row={(item) =>
					item.kind === "field" ? (
						<Field key={item.index} form={form} index={item.index} labelWidth={labelWidth} />
					) : (
						<Line
							key={item.key}
							width={width}
							tone={item.tone}
							dimColor={item.tone === undefined}
						>{`${" ".repeat(labelWidth + 4)}${item.text}`}</Line>
					)
				}
			/>
			{linear ? <AllComments form={form} /> : null}
			{gaps.button ? <Line /> : null}
			<Line width={width} bold={onButton} inverse={onButton}>{`${cursorMark(onButton)} [ ${words.button} ]`}</Line>
			<Paragraph lines={lines} dimColor={!hint.wrong} tone={hint.wrong ? "warning" : undefined} />
		</>
	);
}

/** Only the fields if the width is 0. */
function itemsOf(form: Form, state: WizardState, messages: Messages, width: number): readonly Item[] {
	return form.rows.flatMap((_, index): Item[] => {
		const comments = width ? commentsOn(form, index, state, messages) : [];
		const rows = comments.flatMap(({ text, tone }) =>
			paragraph(text, width, commentRows).map((line) => ({ ...(tone ? { tone } : {}), text: line })),
		);
		return [{ kind: "field", index }, ...rows.map((one, at): Item => ({ kind: "comment", key: `${index} ${at}`, ...one }))];
	});
}

/** Problems of a field, and the results of trying its probe. */
function commentsOn(form: Form, index: number, { answers }: WizardState, messages: Messages): readonly Comment[] {
	const row = form.rows[index];
	const about = form.problems
		.filter((problem) => isAbout(problem, form, index))
		.map((problem): Comment => ({ tone: problem.isWarning ? "warning" : "bad", text: `! ${messages.failure(problem)}` }));
	if (row?.field !== "probe") return about;
	const isFirst = form.rows[index - 1]?.field !== "probe";
	const guesses = isFirst ? (answers?.notes ?? []).filter(isGuess) : [];
	return [
		...about,
		...guesses.map(({ code, values }): Comment => ({ text: messages.note(code, values) })),
		...(isTryUseless(form, index) ? [] : probeLines(form, row.line.text.trim(), messages)),
	];
}

/** Whether a problem of the row already says why its probe cannot be tried. */
function isTryUseless(form: Form, index: number): boolean {
	const line = form.rows[index]?.line.text.trim() ?? "";
	const result = Object.hasOwn(form.tried, line) ? form.tried[line] : undefined;
	if (!result || !("failure" in result) || result.failure.code !== "probe-program-missing") return false;
	return form.problems.some((problem) => problem.code === "line-program-missing" && isAbout(problem, form, index));
}

function tightHint(form: Form, state: WizardState, messages: Messages): { text: string; wrong: boolean } | undefined {
	const last = commentsOn(form, form.cursor, state, messages).at(-1);
	return last && { text: last.text, wrong: last.tone === "bad" || last.tone === "warning" };
}

function AllComments({ form }: { form: Form }) {
	const { messages, state } = useView();
	const lines = form.rows.flatMap(({ field }, index) =>
		commentsOn(form, index, state, messages).map(({ text }) => `${messages.wizard.form.fields[field]}: ${text}`),
	);
	return <Paragraph lines={lines} />;
}

function Field({ form, index, labelWidth }: { form: Form; index: number; labelWidth: number }) {
	const { linear, messages, state, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[index];
	if (!row) return null;
	const selected = index === form.cursor;
	const first = form.rows[index - 1]?.field !== row.field;
	const wrong = form.problems.some((problem) => isAbout(problem, form, index));
	const label = `${cursorMark(selected)} ${wrong ? "!" : " "} ${(first || linear ? words.fields[row.field] : "").padEnd(labelWidth)}`;
	if (selected && !switches.includes(row.field)) return <TextInput label={label} line={row.line} width={width} />;
	return (
		<Line width={width} dimColor={row.line.text === ""} selected={selected}>
			{label + (row.field === "more" ? furtherText(row, state, messages) : shownValue(row, first, words))}
		</Line>
	);
}

function furtherText({ line }: FormRow, { answers }: WizardState, messages: Messages): string {
	const count = answers ? countFurther(answers) : 0;
	const { further, values } = messages.wizard.form;
	return line.text === "closed" && count ? messages.fill(further, { count }) : (values[line.text] ?? "");
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

/** The purpose of the field. On the button, what happens next or the first problem. */
function hintText(form: Form, { answers, size }: WizardState, messages: Messages): { text: string; wrong: boolean } {
	const words = messages.wizard.form;
	const row = form.rows[form.cursor];
	if (form.going) return { text: words.checking, wrong: false };
	if (row) return { text: size.columns < columnsForTwo ? words.hints[row.field] : "", wrong: false };
	const [first, ...more] = blocking(form.problems);
	if (!first) return { text: size.columns < columnsForTwo ? readyText(answers, messages) : "", wrong: false };
	return { text: `! ${messages.fill(words.problems, { count: more.length + 1 })} ${messages.failure(first)}`, wrong: true };
}

interface Comment {
	readonly text: string;
	readonly tone?: Tone;
}

/** One comment per attempt. */
function probeLines({ tried, trying }: Form, line: string, messages: Messages): readonly Comment[] {
	const words = messages.wizard.form.tried;
	if (line !== "" && trying === line) return [{ text: `• ${words.trying}` }];
	const result = Object.hasOwn(tried, line) ? tried[line] : undefined;
	if (result === undefined) return [];
	if ("failure" in result) return [{ tone: "warning", text: `✗ ${messages.failure(result.failure)}` }];
	const last = result.attempts.length - 1;
	return result.attempts.map((attempt, index): Comment => {
		const text = attemptText(attempt, messages);
		if (attempt.ok) return { tone: "good", text: `✓ ${text}` };
		// It is not the probe's fault if nothing runs on the host, so only the last attempt is a warning.
		return index === last ? { tone: "warning", text: `✗ ${text}` } : { text: `◦ ${text}` };
	});
}

function attemptText(attempt: ProbeTry, messages: Messages): string {
	const words = messages.wizard.form.tried;
	const { ended, ok, output, printed, status, timedOut, where } = attempt;
	const what = ok ? words.answered[where] : words.silent[where];
	const how = timedOut ? words.timedOut : messages.fill(words.status, { status });
	const over = ended === undefined ? "" : ` ${messages.fill(words.ended, { status: ended })}`;
	const said = printable(lastLine(output) || lastLine(printed ?? ""));
	return `${what} (${how})${over}${said === "" ? "" : `: ${said}`}`;
}

/** The second pane: the purpose of the field, the output of its probe, notes about the application. */
function FormDetail({ form }: { form: Form }) {
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
function readyText(answers: Answers | undefined, messages: Messages): string {
	const words = messages.wizard.form;
	if (answers?.attach) return messages.fill(words.readyRunning, { pid: answers.attach.pid });
	return answers?.onHost ? words.readyOnHost : words.ready;
}
