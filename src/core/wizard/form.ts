import type { Application } from "../application/application.ts";
import { type CommandLineError, joinCommandLine, splitCommandLine } from "../application/command-line.ts";
import type { Answers } from "../questions/answers.ts";
import type { Command } from "./bindings.ts";
import type { Key } from "./keys.ts";
import { editLine, textLine } from "./line.ts";
import { go, only, start, without } from "./reduced.ts";
import type { Problem } from "./seen.ts";
import type { FieldName, Form, FormRow, Reduced, WizardState } from "./state.ts";

/** Fields that take several values: one row each, and an empty one to add the next. */
const lists = ["probe", "exercise", "env"] as const;
/** Fields with two values, which Space changes. */
export const switches: readonly FieldName[] = ["network", "onHost"];

export function formFor(answers: Answers): Form {
	const { application } = answers;
	const row = (field: FieldName, text: string): FormRow => ({ field, line: textLine(text) });
	const rows = [
		row("name", answers.name),
		row("command", application.command.length ? joinCommandLine(application.command) : ""),
		row("user", application.user ?? ""),
		...application.probes.map((line) => row("probe", line)),
		row("probe", ""),
		...application.exercises.map((line) => row("exercise", line)),
		row("exercise", ""),
		row("cwd", application.cwd),
		...Object.entries(application.env).map(([name, value]) => row("env", `${name}=${value}`)),
		row("env", ""),
		row("timeout", String(application.timeout)),
		row("network", application.network),
		row("onHost", answers.onHost ? "yes" : "no"),
	];
	const empty = rows.findIndex(
		({ field, line }, index) =>
			line.text === "" && (field === "name" || field === "command" || (field === "probe" && rows[index - 1]?.field !== "probe")),
	);
	// Where nothing is missing, Enter goes straight on.
	return { rows, cursor: empty < 0 ? rows.length : empty, problems: [], going: false };
}

/** What the form says, on top of the answers that it was made from, and what no session needs to be asked about. */
export function readForm(form: Form, before: Answers): { answers: Answers; problems: readonly Problem[] } {
	const problems: Problem[] = [];
	const text = (field: FieldName) => form.rows.find((row) => row.field === field)?.line.text.trim() ?? "";
	const all = (field: FieldName) =>
		form.rows.flatMap((row) => (row.field === field && row.line.text.trim() !== "" ? [row.line.text.trim()] : []));

	const split = splitCommandLine(text("command"));
	if ("error" in split) problems.push({ field: "command", code: split.error.code, values: errorValues(split.error) });
	const env: Record<string, string> = {};
	for (const line of all("env")) {
		const equals = line.indexOf("=");
		if (equals > 0) env[line.slice(0, equals)] = line.slice(equals + 1);
		else problems.push({ field: "env", code: "env-invalid", values: { value: line } });
	}
	const timeout = Number(text("timeout"));
	const timeoutGood = text("timeout") !== "" && timeout > 0 && timeout <= 86_400;
	if (!timeoutGood) problems.push({ field: "timeout", code: "timeout-invalid", values: { value: text("timeout") } });

	const { user: _, ...old } = before.application;
	const user = text("user");
	const application: Application = {
		...old,
		command: "error" in split ? [] : split.words,
		...(user === "" ? {} : { user }),
		cwd: text("cwd") || "/",
		env,
		probes: all("probe"),
		exercises: all("exercise"),
		timeout: timeoutGood ? timeout : before.application.timeout,
		network: text("network") === "none" ? "none" : "host",
	};
	return { answers: { ...before, name: text("name"), application, onHost: text("onHost") === "yes" }, problems };
}

function errorValues(error: CommandLineError): Problem["values"] {
	const { code: _, ...values } = error;
	return values;
}

/** Problems of the form itself come first; what the session says of the same field would only repeat them. */
export function allProblems(local: readonly Problem[], session: readonly Problem[]): readonly Problem[] {
	return [...local, ...session.filter((problem) => !local.some((one) => one.field === problem.field))];
}

export function reduceForm(state: WizardState, key: Key, command: Command | undefined): Reduced {
	const { answers, form } = state;
	if (!form || !answers) return only(go(state, "choose"));
	const move = (cursor: number) =>
		only({ ...without(state, "notice"), form: { ...form, cursor: Math.max(0, Math.min(form.rows.length, cursor)) } });
	const row = form.rows[form.cursor];
	switch (command) {
		case "back":
			return only({ ...go(state, "choose"), form: { ...form, going: false } });
		case "previous-field":
			return move(form.cursor - 1);
		case "first":
			return move(0);
		case "start":
			return move(form.rows.length);
		case "next-field":
			return row === undefined && key.id === "enter" ? goOn(state, form, answers) : move(form.cursor + 1);
		default:
			return row === undefined ? only(state) : edit(state, form, answers, row, key);
	}
}

function goOn(state: WizardState, form: Form, before: Answers): Reduced {
	const { answers, problems } = readForm(form, before);
	const first = problems[0];
	if (first) return only({ ...state, form: { ...form, problems, cursor: rowOf(form, first) } });
	return start({ ...state, answers, form: { ...form, going: true } }, { job: "validate", answers, soon: false });
}

function edit(state: WizardState, form: Form, before: Answers, row: FormRow, key: Key): Reduced {
	let line = editLine(row.line, key);
	if (switches.includes(row.field)) {
		const other = { host: "none", none: "host", yes: "no", no: "yes" }[row.line.text];
		line = ["space", "left", "right"].includes(key.id) && other !== undefined ? textLine(other) : undefined;
	}
	if (line === undefined) return only(state);
	const changed = form.rows.map((one, index) => (index === form.cursor ? { ...one, line } : one));
	const next: Form = { ...form, ...withRoomForMore(changed, form.cursor), going: false };
	if (line.text === row.line.text) return only({ ...state, form: next });
	const { answers, problems } = readForm(next, before);
	const local = {
		...state,
		answers,
		form: {
			...next,
			problems: allProblems(
				problems,
				form.problems.filter((one) => one.field !== row.field),
			),
		},
	};
	return start(local, { job: "validate", answers, soon: true });
}

/** Each list ends with exactly one empty row; other empty ones go once the cursor has left them. */
function withRoomForMore(rows: readonly FormRow[], cursor: number): Pick<Form, "rows" | "cursor"> {
	const kept: FormRow[] = [];
	let at = cursor;
	rows.forEach((row, index) => {
		const isList = lists.some((field) => field === row.field);
		const isLast = rows[index + 1]?.field !== row.field;
		if (isList && row.line.text === "" && !isLast && index !== cursor) {
			if (index < cursor) at--;
			return;
		}
		const above = kept.at(-1);
		// The row that was just emptied is the empty one.
		if (isList && isLast && row.line.text === "" && above?.field === row.field && above.line.text === "") return;
		kept.push(row);
		if (isList && isLast && row.line.text !== "") kept.push({ field: row.field, line: textLine("") });
	});
	return { rows: kept, cursor: at };
}

export function rowOf(form: Form, problem: Problem): number {
	const index = form.rows.findIndex((row) => row.field === problem.field);
	return index < 0 ? form.rows.length : index;
}

/** What the session found. Goes on to the trace if that was asked for and nothing is wrong. */
export function validated(state: WizardState, found: readonly Problem[]): { state: WizardState; goesOn: boolean } {
	if (!state.form || !state.answers) return { state, goesOn: false };
	const { problems: local } = readForm(state.form, state.answers);
	const problems = allProblems(local, found);
	const first = problems[0];
	const goesOn = state.form.going && first === undefined;
	const cursor = state.form.going && first ? rowOf(state.form, first) : state.form.cursor;
	return { state: { ...state, form: { ...state.form, problems, cursor, going: false } }, goesOn };
}
