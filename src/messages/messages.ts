import { Failure, type Values } from "../base/failure.ts";
import { printable } from "../base/path/quote.ts";
import { withoutTrailing } from "../base/text.ts";
import { type FindingCode, findingCodes } from "../cage/finding.ts";
import type { FindingMessages } from "../check/text/en.ts";
import type { CliMessages } from "../cli/text/en.ts";
import type { ExplainMessages } from "../explain/text/en.ts";
import type { Importance, MissingKind } from "../plan/missing.ts";
import type { Risk } from "../plan/plan.ts";
import type { ReasonMessages } from "../plan/text/en.ts";
import type { RecordMessages } from "../record/text/en.ts";
import type { SelftestMessages } from "../selftest/text/en.ts";
import type { ForeignSelftestMessages } from "../selftest/text/foreign.en.ts";
import type { alarmsEn } from "../watch/text/en.ts";
import type { WizardMessages } from "../wizard/text/en.ts";
import type { Failures } from "./en/failures.ts";
import type { Notes } from "./en/notes.ts";
import type { ValueWords } from "./en/value-words.ts";
import type { Widen } from "./widen.ts";

export type { Values };

/**
 * Fills the placeholders of a sentence. `{name}` is the value itself. `{name:bytes}` and `{name:count}` format a number for the language, `{name:ago}` formats
 * seconds. `{name|one|other}` selects the word for the number. `{name?text}` is `text` with the value in place of `%`, or nothing if the value is empty.
 * Values are untrusted: control characters are escaped. `{key:COMMAND}` in the wizard's texts is filled before (`wizard/key-texts.ts`).
 */
function fill(sentence: string, values: Values, language: string): string {
	const whole = sentence.replace(/\{(\w+)\?([^{}]*)\}/g, (_, name: string, part: string) => {
		const value = String(values[name] ?? "");
		return value === "" ? "" : part.replace("%", () => `{${name}}`);
	});
	return whole.replace(/\{(\w+)(?::(bytes|count|ago)|\|([^|}]*)\|([^|}]*))?\}/g, (_, name: string, form, ...[one, other]) => {
		const value = values[name] ?? "";
		if (form === "bytes") return formatBytes(Number(value), language);
		if (form === "count") return formatCount(Number(value), language);
		if (form === "ago") return formatAgo(Number(value), language);
		if (one !== undefined) return Number(value) === 1 ? one : other;
		return printable(String(value));
	});
}

function formatCount(count: number, language: string): string {
	return formatNumber(count, 3, language);
}

/** Not by Intl: loading its data takes longer than any other part of a short command (measured). */
function formatNumber(value: number, mostDigits: number, language: string): string {
	const [point, group] = language === "de" ? [",", "."] : [".", ","];
	const [whole = "", fraction = ""] = value.toFixed(mostDigits).split(".");
	const shown = withoutTrailing(fraction, "0");
	return `${whole.replace(/\B(?=(\d{3})+$)/g, group)}${shown && point}${shown}`;
}

/** Formats an age in its largest whole unit, down to minutes. */
function formatAgo(seconds: number, language: string): string {
	const span = spans.find(([, length]) => seconds >= length);
	if (!span) return language === "de" ? "gerade eben" : "just now";
	const [unit, length] = span;
	return new Intl.RelativeTimeFormat(language).format(-Math.floor(seconds / length), unit);
}

const spans = [
	["year", 365 * 86_400],
	["month", 30 * 86_400],
	["week", 7 * 86_400],
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
] as const;

const units = ["B", "kB", "MB", "GB", "TB"] as const;

function formatBytes(bytes: number, language: string): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${formatNumber(value, value >= 100 ? 0 : 1, language)} ${units[unit]}`;
}

export const languages = ["en", "de"] as const;
export type Language = (typeof languages)[number];

/** All texts of one language. Each section has one file per language. */
export interface Catalogue {
	readonly language: Language;
	readonly cli: CliMessages;
	readonly explain: ExplainMessages;
	readonly alarms: Widen<typeof alarmsEn>;
	readonly record: RecordMessages;
	readonly selftest: SelftestMessages;
	readonly foreign: ForeignSelftestMessages;
	readonly wizard: WizardMessages;
	readonly failures: Failures;
	readonly notes: Notes;
	readonly reasons: ReasonMessages;
	readonly findings: FindingMessages;
	readonly templateProblems: Readonly<Record<string, string>>;
	readonly valueWords: ValueWords;
}

/** The texts of one language with the functions that fill them. */
export interface Messages extends Pick<Catalogue, "cli" | "explain" | "alarms" | "record" | "selftest" | "foreign" | "wizard"> {
	readonly language: Language;
	readonly catalogue: Catalogue;
	readonly reasons: ReasonMessages["reasons"];
	/** Fills the placeholders of a sentence. */
	fill(sentence: string, values?: Values): string;
	/** Returns one line that names the thing, the problem and the fix. Also serves the form's problems. */
	failure(error: { readonly code: string; readonly values: Values; readonly cause?: unknown }): string;
	/** A value `cause` is the code of a failure; the other values are for both sentences. */
	note(code: string, values: Values): string;
	/** Returns the meaning and the fix of an audit finding. */
	finding(finding: { readonly code: FindingCode; readonly values?: Values | undefined }): { what: string; fix: string };
	missingKind(kind: MissingKind): string;
	/** Returns the reason why a missing item may matter. */
	importance(importance: Importance): string;
	risk(risk: Risk): string;
	accountReason(reason: string): string;
	templateProblem(code: string, values: Values): string;
	bytes(bytes: number): string;
	count(count: number): string;
}

export function messagesFor(catalogue: Catalogue): Messages {
	const { alarms, cli, explain, failures, findings, foreign, language, notes, reasons, record, selftest, wizard } = catalogue;
	const { templateProblems, valueWords } = catalogue;
	/** Falls back to the code and its values if the code has no sentence. */
	const sentenceFor = (sentences: Readonly<Record<string, string>>, code: string, values: Values) => {
		const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
		return sentence === undefined
			? fill("{code} {values}", { code, values: plainValues(values) }, language)
			: fill(sentence, values, language);
	};
	/** Replaces codes by phrases. */
	const worded = (code: string, values: Values): Values =>
		Object.fromEntries(
			Object.entries(values).map(([name, value]) => {
				const key = `${code}.${value}`;
				const isCode = /^(kind|problem|what)$/.test(name) && Object.hasOwn(valueWords, key);
				return [name, isCode ? valueWords[key as keyof ValueWords] : value];
			}),
		);
	const groupNames = (codes: string) =>
		codes.split(", ").map((code) => selftest.groups[code as keyof typeof selftest.groups] ?? code);
	const finding: Messages["finding"] = ({ code, values: raw = {} }) => {
		const { kind } = raw;
		const values = kind === undefined ? raw : { ...raw, ...worded("finding", { kind }) };
		return { what: fill(findings[code].what, values, language), fix: fill(findings[code].fix, values, language) };
	};
	const failure: Messages["failure"] = ({ cause, code, values: raw }) => {
		if (cause === undefined) {
			const values = quoteEmpty(raw, failures[code as keyof Failures]);
			const found = findingCodes.find((one) => one === values.finding);
			const problem = templateProblems[String(values.problem)];
			return sentenceFor(failures, code, {
				...worded(code, values),
				...(problem?.includes("{") === false ? { problem } : {}),
				...(found ? finding({ code: found, values }) : {}),
				...(code === "selftest-blind" ? { groups: groupNames(String(values.groups)).join(", ") } : {}),
			}).trim();
		}
		const first = cause instanceof Failure ? cause : new Failure("internal", { detail: String(cause) }, 70);
		return sentenceFor(failures, code, { ...raw, cause: failure(first) }).trim();
	};
	return {
		language,
		catalogue,
		cli,
		explain,
		alarms,
		record,
		selftest,
		foreign,
		wizard,
		reasons: reasons.reasons,
		fill: (sentence, values = {}) => fill(sentence, values, language),
		finding,
		failure,
		note: (code, values) => {
			const { cause } = values;
			const found = findingCodes.find((one) => one === values.finding);
			return sentenceFor(Object.hasOwn(notes, code) ? notes : failures, code, {
				...values,
				...(found ? finding({ code: found, values }) : {}),
				...(cause === undefined ? {} : { cause: failure({ code: String(cause), values }) }),
			});
		},
		importance: ({ level, ...values }) => {
			const words = reasons.importances;
			if (level === "last-call" && values.before === 1) return words.veryLast;
			const what = fill(words[level], values, language);
			if (values.package === undefined || level === "package") return what;
			return fill(words.ofPackage, { what, package: values.package }, language);
		},
		missingKind: (kind) => reasons.missingKinds[kind],
		risk: (risk) => reasons.risks[risk],
		accountReason: (reason) => sentenceFor(reasons.accountReasons, reason, {}).trim(),
		templateProblem: (code, values) => sentenceFor(templateProblems, code, values),
		bytes: (bytes) => formatBytes(bytes, language),
		count: (count) => formatCount(count, language),
	};
}

/** Values that the user wrote. An error shows an empty one as `''`, so that the sentence stays readable. */
const userInput = /^(account|action|code|file|group|id|name|path|program|service|signal|subject|template|unit|value|word)$/;

function quoteEmpty(values: Values, sentence = ""): Values {
	const needsQuotes = (key: string) => userInput.test(key) && !sentence.includes(`'{${key}}'`);
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === "" && needsQuotes(key) ? "''" : value]));
}

function plainValues(values: Values): string {
	return Object.entries(values)
		.map(([name, value]) => `${name}=${value}`)
		.join(" ");
}

/** `wanted` is the value of `--lang`. Without it, the environment decides, in the order of setlocale(3). */
export function languageFrom(environment: Readonly<Record<string, string | undefined>>, wanted?: string): Language {
	// An empty variable counts as unset.
	const text = wanted || environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
	return text.startsWith("de") ? "de" : "en";
}
