import { printable } from "../../../core/path/quote.ts";
import type { ProbeAttempt } from "../../../engine/trace/try-probe.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { Line, type LineProps, Paragraph, paragraph } from "../../parts/line.tsx";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { Rows } from "../../parts/rows.tsx";
import { TextInput } from "../../parts/text-input.tsx";
import type { Form, FormRow, WizardState } from "../../state.ts";
import { readyText } from "../save/ready-text.ts";
import { FormDetail } from "./detail.tsx";
import { blocking, isAbout, isGuess, switches } from "./fields.ts";

const hintRows = 2;
/** Rows that what is said of one field may take, beside the list and where the screen is the form's alone. */
const mostSaid = 3;
/** Fewer rows than this, and the form has nothing below its fields. */
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

/** A row of the form, or one of those below it that say something of it. */
type Item = { readonly kind: "field"; readonly index: number } | ({ readonly kind: "said"; readonly key: string } & Said);

function Fields({ form }: { form: Form }) {
	const { height, linear, messages, state, width } = useView();
	const words = messages.wizard.form;
	const onButton = form.cursor === form.rows.length;
	const labelWidth = Math.max(...Object.values(words.fields).map((label) => label.length)) + 2;
	// Where rows are numbered, each of them is a field.
	const isTight = linear || height < tightRows;
	const items = itemsOf(form, state, messages, isTight ? 0 : width - labelWidth - 5);
	const selected = items.findIndex((item) => item.kind === "field" && item.index === form.cursor);
	const hint = (isTight && !linear ? tightHint(form, state, messages) : undefined) ?? hintText(form, state, messages);
	// Always as many rows, so that nothing jumps while one moves.
	const lines = [...paragraph(hint.text, width, hintRows), ""].slice(0, hintRows);
	return (
		<>
			<Line bold>{words.title}</Line>
			<Rows
				items={items}
				// On the button one reads what is about to be started, from the top.
				cursor={onButton ? 0 : selected}
				height={height - 2 - lines.length}
				row={(item) =>
					item.kind === "field" ? (
						<Field key={item.index} form={form} index={item.index} labelWidth={labelWidth} />
					) : (
						<Line key={item.key} width={width} {...lookOf(item)}>{`${" ".repeat(labelWidth + 4)}${item.text}`}</Line>
					)
				}
			/>
			{linear ? <SaidOfAll form={form} /> : null}
			<Line width={width} bold={onButton} inverse={onButton}>{`${onButton ? ">" : " "} [ ${words.button} ]`}</Line>
			<Paragraph lines={lines} dimColor={!hint.wrong} {...(hint.wrong ? { color: "yellow" } : {})} />
		</>
	);
}

/** Without a width, the fields alone. */
function itemsOf(form: Form, state: WizardState, messages: Messages, width: number): readonly Item[] {
	return form.rows.flatMap((_, index): Item[] => {
		const said = width ? saidOf(form, index, state, messages) : [];
		const rows = said.flatMap(({ text, tone }) => paragraph(text, width, mostSaid).map((line) => ({ tone, text: line })));
		return [{ kind: "field", index }, ...rows.map((one, at): Item => ({ kind: "said", key: `${index} ${at}`, ...one }))];
	});
}

/** What there is to say of one row: what is wrong with it, and what came of trying it. */
function saidOf(form: Form, index: number, { answers }: WizardState, messages: Messages): readonly Said[] {
	const row = form.rows[index];
	const about = form.problems
		.filter((problem) => isAbout(problem, form, index))
		.map((problem): Said => ({ tone: problem.isWarning ? "warning" : "problem", text: `! ${messages.failure(problem)}` }));
	if (row?.field !== "probe") return about;
	const isFirst = form.rows[index - 1]?.field !== "probe";
	const guesses = isFirst ? (answers?.notes ?? []).filter(isGuess) : [];
	return [
		...about,
		...guesses.map(({ code, values }): Said => ({ tone: "plain", text: messages.note(code, values) })),
		...probeLines(form, row.line.text.trim(), messages),
	];
}

/** Where rows are few, the newest of it stands in place of the hint, and nothing below the fields. */
function tightHint(form: Form, state: WizardState, messages: Messages): { text: string; wrong: boolean } | undefined {
	const last = saidOf(form, form.cursor, state, messages).at(-1);
	return last && { text: last.text, wrong: last.tone === "problem" || last.tone === "warning" };
}

function SaidOfAll({ form }: { form: Form }) {
	const { messages, state } = useView();
	const lines = form.rows.flatMap(({ field }, index) =>
		saidOf(form, index, state, messages).map(({ text }) => `${messages.wizard.form.fields[field]}: ${text}`),
	);
	return <Paragraph lines={lines} />;
}

function lookOf({ tone }: Said): Pick<LineProps, "color" | "dimColor"> {
	if (tone === "plain") return { dimColor: true };
	return { color: tone === "problem" ? "red" : tone === "warning" ? "yellow" : "green" };
}

function Field({ form, index, labelWidth }: { form: Form; index: number; labelWidth: number }) {
	const { linear, messages, width } = useView();
	const words = messages.wizard.form;
	const row = form.rows[index];
	if (!row) return null;
	const selected = index === form.cursor;
	// Of several rows of one field the first carries its name.
	const first = form.rows[index - 1]?.field !== row.field;
	const wrong = form.problems.some((problem) => isAbout(problem, form, index));
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

/** What the field is for; on the button, what happens next or what is in the way. What is wrong with a field stands below it. */
function hintText(form: Form, { answers, size }: WizardState, messages: Messages): { text: string; wrong: boolean } {
	const words = messages.wizard.form;
	const row = form.rows[form.cursor];
	if (form.going) return { text: words.checking, wrong: false };
	if (row) return { text: size.columns < columnsForTwo ? words.hints[row.field] : "", wrong: false };
	const [first, ...more] = blocking(form.problems);
	if (!first) return { text: readyText(answers, messages), wrong: false };
	return { text: `! ${messages.fill(words.problems, { count: more.length + 1 })} ${messages.failure(first)}`, wrong: true };
}

export interface Said {
	readonly text: string;
	readonly tone: "problem" | "warning" | "good" | "plain";
}

/** What came of trying a probe, a row a try; nothing where it was not tried. */
export function probeLines({ tried, trying }: Form, line: string, messages: Messages): readonly Said[] {
	const words = messages.wizard.form.tried;
	if (line !== "" && trying === line) return [{ tone: "plain", text: `[..] ${words.trying}` }];
	const result = Object.hasOwn(tried, line) ? tried[line] : undefined;
	if (result === undefined) return [];
	if ("failure" in result) return [{ tone: "warning", text: `[!!] ${messages.failure(result.failure)}` }];
	const last = result.attempts.length - 1;
	return result.attempts.map((attempt, index) => ({
		// That nothing runs on the host is no fault of the probe.
		tone: attempt.ok ? "good" : index === last ? "warning" : "plain",
		text: `${attempt.ok ? "[ok]" : index === last ? "[!!]" : "[--]"} ${attemptText(attempt, messages)}`,
	}));
}

function attemptText(attempt: ProbeAttempt, messages: Messages): string {
	const words = messages.wizard.form.tried;
	const { ended, ok, output, printed, status, timedOut, where } = attempt;
	const what = ok ? words.answered[where] : words.silent[where];
	const how = timedOut ? words.timedOut : messages.fill(words.status, { status });
	const over = ended === undefined ? "" : ` ${messages.fill(words.ended, { status: ended })}`;
	const said = lastLine(output) || lastLine(printed ?? "");
	return `${what} (${how})${over}${said === "" ? "" : `: ${said}`}`;
}

function lastLine(text: string): string {
	return printable(text.trim().split("\n").at(-1) ?? "");
}
