import { omitUndefined, sameTexts } from "../../../base/collections.ts";
import { Failure } from "../../../base/failure.ts";
import type { Answers } from "../../../options/answers.ts";
import { optionTexts } from "../../../options/equivalent.ts";
import { type GivenOptions, isNumberKind, type OptionRow, options, readNumber } from "../../../options/options.ts";
import { readAcceptances, readOptions } from "../../../options/read-options.ts";
import { isAccountName } from "../../../plan/dedicated.ts";
import { isGuess } from "../../../probe/protocol.ts";
import { type Application, socketsOf } from "../../../service/application.ts";
import { type CommandLineError, joinCommandLine, splitCommandLine } from "../../../service/command-line.ts";
import { limitsOf } from "../../../template/merge.ts";
import type { Form, FormRow, WizardState } from "../../state/state.ts";
import { textLine } from "../../state/text-line.ts";
import { type FieldName, type FurtherField, furtherFields, type Problem } from "../../state/values.ts";

/** In the order of the form. Every field except the command and `more` is an option of `make`. */
const fields: readonly FieldName[] = [
	...(["name", "command", "user", "probe", "exercise", "cwd", "env", "network", "onHost", "more"] as const),
];
const allFields = [...fields, ...furtherFields];

function rowOfTable(field: FieldName): OptionRow {
	if (field === "more") return {};
	return field === "command" ? { argument: "<COMMAND>" } : options[field];
}

/** Fields with two values; Space toggles them. */
export const switches = allFields.filter((field) => rowOfTable(field).choices || !rowOfTable(field).argument);
/** Fields with several values: one row each, and an empty row for the next. */
export const lists = allFields.filter((field) => rowOfTable(field).many);

function textsOf(field: FieldName, answers: Answers): readonly string[] {
	const { command } = answers.application;
	if (field === "command") return [command.length ? joinCommandLine(command) : ""];
	if (field === "onHost") return [answers.onHost ? "yes" : "no"];
	if (field === "more") return ["closed"];
	if (field === "calls") return [answers.application.calls ?? "general"];
	const texts = textsOfOption(field, answers);
	return lists.includes(field) || !texts.length ? [...texts, ""] : texts;
}

function textsOfOption(field: Exclude<FieldName, "command" | "more">, answers: Answers): readonly string[] {
	if (field === "dedicatedAccount") return answers.dedicatedAccount === undefined ? [] : [answers.dedicatedAccount];
	return field === "acceptFinding" ? (answers.accepted ?? []) : optionTexts(field, answers);
}

function rowsOf(fields: readonly FieldName[], answers: Answers): FormRow[] {
	return fields.flatMap((field) => textsOf(field, answers).map((text) => ({ field, line: textLine(text) })));
}

/** How many further fields have values. */
export function countFurther(answers: Answers): number {
	const isSet = (field: FurtherField) => {
		const { usual }: OptionRow = options[field];
		return textsOfOption(field, answers).some((text) => text !== String(usual));
	};
	return furtherFields.filter(isSet).length;
}

/** Shows or hides the further fields. `calls` has no effect on a process that already runs. */
export function withFurther(rows: readonly FormRow[], answers: Answers): readonly FormRow[] {
	const usual = rows.filter(({ field }) => fields.includes(field));
	if (!rows.some(({ field, line }) => field === "more" && line.text === "open")) return usual;
	const shown = furtherFields.filter((field) => field !== "calls" || answers.attach === undefined);
	return [...usual, ...rowsOf(shown, answers)];
}

/** Whether the form has a row for each field that is always shown. */
export function hasAllFields({ rows }: Form): boolean {
	return fields.every((field) => rows.some((row) => row.field === field));
}

export function formFor(answers: Answers): Form {
	const rows = rowsOf(fields, answers);
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
		else problems.push({ field: "env", code: "env-invalid", values: { value: line }, line });
	}
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
		network: text("network") === "none" ? "none" : "host",
	};
	const further = readFurther(form, { ...before, application });
	const { notes, otherProbes, ...rest } = further.answers;
	// An edited probe is no longer a guess.
	const isGuessed = sameTexts(application.probes, before.application.probes);
	const kept = isGuessed ? notes : notes?.filter((note) => !isGuess(note));
	return {
		answers: {
			...rest,
			...omitUndefined({ notes: kept }),
			...(isGuessed && otherProbes ? { otherProbes } : {}),
			name: text("name"),
			onHost: text("onHost") === "yes",
		},
		problems: [...problems, ...further.problems],
	};
}

/** Adds the further fields that the form shows. Texts that cannot be read are problems. */
function readFurther({ rows }: Form, before: Answers): { answers: Answers; problems: readonly Problem[] } {
	const shown = furtherFields.filter((field) => rows.some((row) => row.field === field));
	if (!shown.length) return { answers: before, problems: [] };
	const problems: Problem[] = [];
	let given: GivenOptions = {};
	const add = (field: FurtherField, more: GivenOptions, line: string) => {
		try {
			const all = { ...given, ...more };
			readOptions(all);
			readAcceptances(all);
			given = all;
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			problems.push({ field, code: error.code, values: error.values, line });
		}
	};
	for (const { field, line } of rows) {
		const [option, text] = [shown.find((one) => one === field), line.text.trim()];
		if (option === undefined || (text === "" && option !== "timeout")) continue;
		if (lists.includes(option)) add(option, { [option]: [...((given[option] as string[]) ?? []), text] }, text);
		else add(option, { [option]: readSingle(option, text, problems) }, text);
	}
	const { calls: _, limits: __, sockets: ___, ...application } = before.application;
	const { accepted: ____, dedicatedAccount: _____, ...rest } = before;
	const read = readOptions(given);
	const accepted = readAcceptances(given);
	const { dedicatedAccount } = given;
	return {
		answers: {
			...rest,
			...(accepted.length ? { accepted } : {}),
			...(typeof dedicatedAccount === "string" ? { dedicatedAccount } : {}),
			application: {
				...application,
				...(read.calls === undefined || (read.calls === "general" && before.application.calls === undefined)
					? {}
					: { calls: read.calls }),
				timeout: read.timeout ?? before.application.timeout,
				directories: read.directories ?? [],
				...socketsOf(read),
				...limitsOf(read.limits),
			},
			rules: { ...before.rules, allow: read.rules?.allow ?? [], refuse: read.rules?.refuse ?? [] },
		},
		problems,
	};
}

/** The value of an option that is given once. */
function readSingle(field: FurtherField, text: string, problems: Problem[]): string | number | undefined {
	const { least, value }: OptionRow = options[field];
	if (isNumberKind(value)) {
		const number = readNumber(value, text, least);
		const code = value === "seconds" ? "timeout-invalid" : value === "size" ? "size-invalid" : "number-invalid";
		if (number === undefined) problems.push({ field, code, values: { value: text, ...omitUndefined({ least }) } });
		return number;
	}
	if (field !== "dedicatedAccount" || isAccountName(text)) return text;
	problems.push({ field, code: "account-name-invalid", values: { name: text } });
	return undefined;
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

/** Whether a session is. An untouched form is not. */
export function isWorthSaving(state: WizardState): boolean {
	const { answers, chosen, form, proposal, trace } = state;
	if (!answers || state.finished) return false;
	if (trace || chosen === undefined || answers !== proposal) return true;
	return form !== undefined && texts(form) !== texts(formFor(answers));
}

function texts(form: Form): string {
	return JSON.stringify(form.rows.map(({ field, line }) => [field, line.text]));
}
