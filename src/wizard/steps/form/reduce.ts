import type { Answers } from "../../../options/answers.ts";
import { splitCommandLine } from "../../../service/command-line.ts";
import type { Command } from "../../state/command.ts";
import type { Fix } from "../../state/fix.ts";
import type { Key } from "../../state/keys.ts";
import type { Form, FormRow, ProbeTries, Reduction, WizardState } from "../../state/state.ts";
import { editLine, type TextLine, textLine } from "../../state/text-line.ts";
import { go, isBusy, notice, only, start, without } from "../../state/transitions.ts";
import type { FieldName, Problem } from "../../state/values.ts";
import { allProblems, blocking, formFor, lists, readForm, rowOf, switches, withFurther, withoutTrying } from "./fields.ts";

export function reduceForm(state: WizardState, key: Key, command: Command | undefined): Reduction {
	const { answers, form } = state;
	if (!form || !answers) return only(go(state, "choose"));
	const move = (cursor: number) =>
		only({ ...without(state, "notice"), form: { ...form, cursor: Math.max(0, Math.min(form.rows.length, cursor)) } });
	const row = form.rows[form.cursor];
	switch (command) {
		case "try-probe":
			return tryProbe(state, form, answers);
		case "back":
			if (isBusy(state, "probe")) return stopTrying(state, form);
			return only({ ...go(state, "choose"), form: { ...form, going: false } });
		case "previous-field":
			return move(form.cursor - 1);
		case "first":
			return move(0);
		case "start":
			return move(form.rows.length);
		case "next-field":
			return row === undefined && key.id === "enter" && !key.isAmongLines ? goOn(state, form, answers) : move(form.cursor + 1);
		default:
			return row === undefined ? only(state) : edit(state, { form, row, before: answers }, key);
	}
}

function goOn(state: WizardState, form: Form, before: Answers): Reduction {
	const { answers, problems } = readForm(form, before);
	const first = problems[0];
	if (first) return only({ ...state, form: { ...form, problems, cursor: rowOf(form, first) } });
	const { state: idle, intentions } = isBusy(state, "probe") ? stopTrying(state, form) : only(state);
	return start(
		{ ...idle, answers, form: { ...withoutTrying(form), going: true } },
		{ job: "validate", answers, soon: false },
		...intentions,
	);
}

/** Applies the session's problems. `goesOn`: the trace was requested and nothing blocks it. */
export function validated(state: WizardState, found: readonly Problem[]): { state: WizardState; goesOn: boolean } {
	if (!state.form || !state.answers) return { state, goesOn: false };
	const { problems: local } = readForm(state.form, state.answers);
	const problems = allProblems(local, found);
	const [first] = blocking(problems);
	const goesOn = state.form.going && first === undefined;
	const cursor = state.form.going && first ? rowOf(state.form, first) : state.form.cursor;
	return { state: { ...state, form: { ...state.form, problems, cursor, going: false } }, goesOn };
}

function isList(row: FormRow): boolean {
	return lists.includes(row.field);
}

interface EditedRow {
	readonly form: Form;
	readonly row: FormRow;
	/** The answers before the edit. */
	readonly before: Answers;
}

/** Edits a row. Some problems are found at once, the others by the session soon after. */
function edit(state: WizardState, { before, form, row }: EditedRow, key: Key): Reduction {
	const changed = key.lines && isList(row) ? pasteLines(form, row, key.lines) : changeLine(form, row, key);
	if (changed === undefined) return only(state);
	const edited: Form = { ...form, ...withRoomForMore(changed.rows, changed.cursor), going: false };
	const next = row.field === "command" && state.proposal ? followPort(edited, state.proposal) : edited;
	if (changed.rows.length === form.rows.length && changed.rows[form.cursor]?.line.text === row.line.text) {
		return only({ ...state, form: next });
	}
	if (row.field === "more") {
		const rows = withFurther(next.rows, before);
		const problems = form.problems.filter(({ field }) => rows.some((one) => one.field === field));
		return only({ ...state, form: { ...next, rows, problems } });
	}
	const { answers, problems } = readForm(next, before);
	const text = row.line.text.trim();
	const others = form.problems.filter((one) => one.field !== row.field || (one.line !== undefined && one.line !== text));
	const local = { ...state, answers, form: { ...next, problems: allProblems(problems, others) } };
	return start(local, { job: "validate", answers, soon: true });
}

/** Opens the form at a field, with a proposed text. A field with several values gets the text in a row of its own. */
export function toField(state: WizardState, { field, line, text }: Extract<Fix, { kind: "field" }>): Reduction {
	const { answers: before } = state;
	if (!before) return only(go(state, "choose"));
	const form = withField(state.form ?? formFor(before), before, field);
	const at = (found: number) => (found < 0 ? form.rows.findIndex((row) => row.field === field) : found);
	const isMany = lists.includes(field);
	const wanted = line ?? (isMany ? text : undefined);
	const known = wanted === undefined ? -1 : form.rows.findIndex((row) => row.field === field && row.line.text.trim() === wanted);
	const last = form.rows.findLastIndex((row) => row.field === field);
	const cursor = at(known < 0 && isMany && text !== undefined ? last : known);
	const rows = form.rows.map((row, index) => (index === cursor && text !== undefined ? { ...row, line: textLine(text) } : row));
	const next: Form = { ...form, ...withRoomForMore(rows, cursor), going: false };
	const { answers } = readForm(next, before);
	// From a later step, the review follows.
	const detour = state.plan && state.screen !== "form" ? ({ detour: true } as const) : {};
	return start({ ...go(state, "form"), ...detour, answers, form: next }, { job: "validate", answers, soon: false });
}

function withField(form: Form, answers: Answers, field: FieldName): Form {
	if (form.rows.some((row) => row.field === field)) return form;
	const opened = form.rows.map((row) => (row.field === "more" ? { ...row, line: textLine("open") } : row));
	return { ...form, rows: withFurther(opened, answers) };
}

type Rows = Pick<Form, "rows" | "cursor">;

function changeLine(form: Form, row: FormRow, key: Key): Rows | undefined {
	const line = switches.includes(row.field) ? switched(row.line, key) : editLine(row.line, key);
	if (line === undefined) return undefined;
	return { rows: form.rows.map((one, index) => (index === form.cursor ? { ...one, line } : one)), cursor: form.cursor };
}

const pairs: readonly (readonly string[])[] = [
	["host", "none"],
	["yes", "no"],
	["closed", "open"],
	["general", "observed"],
];

function switched(line: TextLine, key: Key): TextLine | undefined {
	const other = pairs.find((pair) => pair.includes(line.text))?.find((value) => value !== line.text);
	return ["space", "left", "right"].includes(key.id) && other !== undefined ? textLine(other) : undefined;
}

/** A multi-line paste fills one row per line. */
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

/** Each list ends with one empty row. Other empty rows disappear when the cursor leaves them. */
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
		// The row that was just emptied becomes the empty one.
		if (isList(row) && isLast && row.line.text === "" && above?.field === row.field && above.line.text === "") return;
		kept.push(row);
		if (isList(row) && isLast && row.line.text !== "") kept.push({ field: row.field, line: textLine("") });
	});
	return { rows: kept, cursor: at };
}

/** A number that is not part of an address or version. */
const number = /(?<![\d.])\d{1,5}(?![\d.])/g;
const followers = ["probe", "exercise"] as const;

/** Adjusts the port in proposed probes and exercises when the port in the command changes, unless they were edited. */
function followPort(form: Form, { application }: Pick<Answers, "application">): Form {
	const split = splitCommandLine(form.rows.find(({ field }) => field === "command")?.line.text ?? "");
	if ("error" in split || split.words.length !== application.command.length) return form;
	const proposed = { probe: application.probes, exercise: application.exercises };
	const all = [...proposed.probe, ...proposed.exercise];
	for (const [at, word] of application.command.entries()) {
		for (const { 0: port, index } of word.matchAll(number)) {
			if (!all.some((line) => numbersOf(line).includes(port))) continue;
			const [before, after] = [word.slice(0, index), word.slice(index + port.length)];
			const now = split.words[at] ?? "";
			const typed = now.slice(before.length, now.length - after.length);
			if (now !== before + typed + after || !isPort(typed)) continue;
			const rows = form.rows.map((row) => {
				const field = followers.find((one) => one === row.field);
				const line = field && proposed[field].find((one) => isFor(row.line.text, one, port));
				return line === undefined ? row : { ...row, line: textLine(withPort(line, port, typed)) };
			});
			return { ...form, rows };
		}
	}
	return form;
}

const numbersOf = (line: string): readonly string[] => line.match(number) ?? [];

function isPort(text: string): boolean {
	return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function withPort(line: string, port: string, other: string): string {
	return line.replace(number, (found) => (found === port ? other : found));
}

/** Whether the text is the proposed line with any port. */
function isFor(text: string, line: string, port: string): boolean {
	const at = numbersOf(line).indexOf(port);
	const other = at < 0 ? undefined : numbersOf(text)[at];
	return other !== undefined && text === withPort(line, port, other);
}

/** Trying a probe is optional. */
function tryProbe(state: WizardState, form: Form, answers: Answers): Reduction {
	const row = form.rows[form.cursor];
	const line = row?.field === "probe" ? row.line.text.trim() : answers.application.probes[0];
	if (!line) return only(notice(state, "no-probe-to-try"));
	if (isBusy(state, "probe")) return only(state);
	const { [line]: _, ...tried } = form.tried;
	return start({ ...without(state, "notice"), form: { ...form, trying: line, tried } }, { job: "probe", line, answers });
}

function stopTrying(state: WizardState, form: Form): Reduction {
	const { probe: _, ...jobs } = state.jobs;
	return only({ ...notice(state, "probe-stopped"), jobs, form: withoutTrying(form) }, { job: "cancel" });
}

/** A form that was rebuilt meanwhile has no pending probe. */
export function afterTrying(state: WizardState, tried: ProbeTries): WizardState {
	const { form } = state;
	if (form?.trying === undefined) return state;
	return { ...state, form: { ...withoutTrying(form), tried: { ...form.tried, [form.trying]: tried } } };
}
