import type { Application } from "../../../core/application/application.ts";
import { type CommandLineError, joinCommandLine, splitCommandLine } from "../../../core/application/command-line.ts";
import type { Note } from "../../../core/failure.ts";
import type { Answers } from "../../../core/questions/answers.ts";
import { optionTexts } from "../../../core/questions/equivalent.ts";
import { type OptionRow, options } from "../../../core/questions/options.ts";
import { textLine } from "../../line.ts";
import type { Problem } from "../../session/values.ts";
import type { FieldName, Form, FormRow } from "../../state.ts";

/** In the order of the form. Every field except the command is an option of `make`. */
const fields: readonly FieldName[] = [
	...(["name", "command", "user", "probe", "exercise", "cwd", "env", "timeout", "network", "onHost"] as const),
];
const rowOfTable = (field: FieldName): OptionRow => (field === "command" ? { argument: "<COMMAND>" } : options[field]);

/** Fields with two values; Space toggles them. */
export const switches = fields.filter((field) => rowOfTable(field).choices || !rowOfTable(field).argument);
/** Fields with several values: one row each, and an empty row for the next. */
export const lists = fields.filter((field) => rowOfTable(field).many);

function textsOf(field: FieldName, answers: Answers): readonly string[] {
	const { command } = answers.application;
	if (field === "command") return [command.length ? joinCommandLine(command) : ""];
	if (field === "onHost") return [answers.onHost ? "yes" : "no"];
	const texts = optionTexts(field, answers);
	return lists.includes(field) || !texts.length ? [...texts, ""] : texts;
}

export function formFor(answers: Answers): Form {
	const rows = fields.flatMap((field) => textsOf(field, answers).map((text): FormRow => ({ field, line: textLine(text) })));
	const empty = rows.findIndex(
		({ field, line }, index) =>
			line.text === "" && (field === "name" || field === "command" || (field === "probe" && rows[index - 1]?.field !== "probe")),
	);
	// If nothing is missing, Enter starts the trace.
	return { rows, cursor: empty < 0 ? rows.length : empty, problems: [], going: false, tried: {} };
}

/** The answers from the form's texts, and the problems that need no session to detect. */
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
	const { notes, otherProbes, ...rest } = before;
	// An edited probe is no longer a guess.
	const isGuessed = isSame(application.probes, before.application.probes);
	const kept = isGuessed ? notes : notes?.filter((note) => !isGuess(note));
	return {
		answers: {
			...rest,
			...(kept ? { notes: kept } : {}),
			...(isGuessed && otherProbes ? { otherProbes } : {}),
			name: text("name"),
			application,
			onHost: text("onHost") === "yes",
		},
		problems,
	};
}

/** Notes about guessed probes. */
export function isGuess({ code }: Note): boolean {
	return code.startsWith("probe-guessed");
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((value, index) => value === other[index]);
}

function errorValues(error: CommandLineError): Problem["values"] {
	const { code: _, ...values } = error;
	return values;
}

/** The session's problems of a field are dropped if the form found one there. */
export function allProblems(local: readonly Problem[], session: readonly Problem[]): readonly Problem[] {
	return [...local, ...session.filter((problem) => !local.some((one) => one.field === problem.field))];
}

/** Whether a problem belongs to this row. A problem of a whole field belongs to its first row. */
export function isAbout({ field, line }: Problem, { rows }: Form, index: number): boolean {
	const row = rows[index];
	if (row?.field !== field) return false;
	return line === undefined ? rows[index - 1]?.field !== field : row.line.text.trim() === line;
}

export function rowOf(form: Form, problem: Problem): number {
	const index = form.rows.findIndex((_, at) => isAbout(problem, form, at));
	return index < 0 ? form.rows.length : index;
}

/** Problems that block the trace. */
export function blocking(problems: readonly Problem[]): readonly Problem[] {
	return problems.filter((problem) => !problem.isWarning);
}

export function withoutTrying({ trying: _, ...form }: Form): Form {
	return form;
}
