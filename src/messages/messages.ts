import { type FindingCode, findingCodes } from "../core/cage/finding.ts";
import { Failure } from "../core/failure.ts";
import type { Importance, MissingKind } from "../core/plan/missing.ts";
import type { Risk } from "../core/plan/plan.ts";
import { cliDe } from "./de/cli.ts";
import { explainDe } from "./de/explain.ts";
import { failuresDe } from "./de/failures.ts";
import { findingsDe } from "./de/findings.ts";
import { notesDe } from "./de/notes.ts";
import { reasonsDe } from "./de/reasons.ts";
import { recordDe } from "./de/record.ts";
import { selftestDe } from "./de/selftest.ts";
import { templateProblemsDe } from "./de/template.ts";
import { wizardDe } from "./de/wizard.ts";
import { type CliMessages, cliEn } from "./en/cli.ts";
import { type ExplainMessages, explainEn } from "./en/explain.ts";
import { type Failures, failuresEn } from "./en/failures.ts";
import { type FindingMessages, findingsEn } from "./en/findings.ts";
import { type Notes, notesEn } from "./en/notes.ts";
import { type ReasonMessages, reasonsEn } from "./en/reasons.ts";
import { type RecordMessages, recordEn } from "./en/record.ts";
import { type SelftestMessages, selftestEn } from "./en/selftest.ts";
import { templateProblemsEn } from "./en/template.ts";
import { wizardEn } from "./en/wizard.ts";
import { fill, formatBytes, formatCount, type Values } from "./fill.ts";
import type { Widen } from "./widen.ts";

export type Language = "en" | "de";
export type WizardMessages = Widen<typeof wizardEn>;

/** The words of one language. Texts live in one file a section and language; this puts them together. */
export interface Catalogue {
	readonly cli: CliMessages;
	readonly explain: ExplainMessages;
	readonly record: RecordMessages;
	readonly selftest: SelftestMessages;
	readonly wizard: WizardMessages;
	readonly failures: Failures;
	readonly notes: Notes;
	readonly reasons: ReasonMessages;
	readonly findings: FindingMessages;
	readonly templateProblems: Readonly<Record<string, string>>;
}

export const catalogues: Readonly<Record<Language, Catalogue>> = {
	en: {
		cli: cliEn,
		explain: explainEn,
		record: recordEn,
		selftest: selftestEn,
		wizard: wizardEn,
		failures: failuresEn,
		notes: notesEn,
		reasons: reasonsEn,
		findings: findingsEn,
		templateProblems: templateProblemsEn,
	},
	de: {
		cli: cliDe,
		explain: explainDe,
		record: recordDe,
		selftest: selftestDe,
		wizard: wizardDe,
		failures: failuresDe,
		notes: notesDe,
		reasons: reasonsDe,
		findings: findingsDe,
		templateProblems: templateProblemsDe,
	},
};

/** Everything that the program says, in one language. */
export interface Messages {
	readonly language: Language;
	readonly cli: CliMessages;
	readonly explain: ExplainMessages;
	readonly record: RecordMessages;
	readonly selftest: SelftestMessages;
	readonly wizard: WizardMessages;
	readonly reasons: ReasonMessages["reasons"];
	/** Puts values into a sentence of the catalogue. */
	fill(sentence: string, values?: Values): string;
	/** One line: what is wrong, where, and what to do. Also for the problems of a form. */
	failure(error: { readonly code: string; readonly values: Values; readonly cause?: unknown }): string;
	note(code: string, values: Values): string;
	/** What a finding of the audit means, and how to close it. */
	finding(finding: { readonly code: FindingCode; readonly values?: Values | undefined }): { what: string; close: string };
	missingKind(kind: MissingKind): string;
	/** Why something that is missing may matter. */
	importance(importance: Importance): string;
	risk(risk: Risk): string;
	accountReason(reason: string): string;
	templateProblem(code: string, values: Values): string;
	bytes(bytes: number): string;
	count(count: number): string;
}

export function messagesFor(language: Language, catalogue: Catalogue = catalogues[language]): Messages {
	const { cli, explain, failures, findings, notes, reasons, record, selftest, templateProblems, wizard } = catalogue;
	/** A code that has no sentence yet still says more as it is than nothing. */
	const say = (sentences: Readonly<Record<string, string>>, code: string, values: Values) => {
		const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
		return sentence === undefined
			? fill("{code} {values}", { code, values: plainValues(values) }, language)
			: fill(sentence, values, language);
	};
	const finding: Messages["finding"] = ({ code, values = {} }) => ({
		what: fill(findings[code].what, values, language),
		close: fill(findings[code].close, values, language),
	});
	const failure: Messages["failure"] = ({ cause, code, values: told }) => {
		const values = quoteEmpty(told);
		if (cause === undefined) {
			const found = findingCodes.find((one) => one === values.finding);
			const problem = templateProblems[String(values.problem)];
			return say(failures, code, {
				...values,
				...(problem?.includes("{") === false ? { problem } : {}),
				...(found ? finding({ code: found, values }) : {}),
			}).trim();
		}
		const first = cause instanceof Failure ? cause : new Failure("internal", { detail: String(cause) }, 70);
		return say(failures, code, { ...values, cause: failure(first) }).trim();
	};
	return {
		language,
		cli,
		explain,
		record,
		selftest,
		wizard,
		reasons: reasons.reasons,
		fill: (sentence, values = {}) => fill(sentence, values, language),
		finding,
		failure,
		note: (code, values) => say({ ...failures, ...notes }, code, values),
		importance: ({ level, ...values }) => {
			const words = reasons.importances;
			if (level === "last-call" && values.before === 1) return words.veryLast;
			const what = fill(words[level], values, language);
			if (values.package === undefined || level === "package") return what;
			return fill(words.ofPackage, { what, package: values.package }, language);
		},
		missingKind: (kind) => reasons.missingKinds[kind],
		risk: (risk) => reasons.risks[risk],
		accountReason: (reason) => say(reasons.accountReasons, reason, {}).trim(),
		templateProblem: (code, values) => say(templateProblems, code, values),
		bytes: (bytes) => formatBytes(bytes, language),
		count: (count) => formatCount(count, language),
	};
}

/** What a user names, unlike what is told about it, has to be seen in an error also where nothing is in it. */
const named = /^(account|action|code|file|group|id|name|path|program|service|signal|subject|template|unit|value|word)$/;

function quoteEmpty(values: Values): Values {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === "" && named.test(key) ? "''" : value]));
}

function plainValues(values: Values): string {
	return Object.entries(values)
		.map(([name, value]) => `${name}=${value}`)
		.join(" ");
}

/** `wanted` is what `--lang` says; else the environment, in the order of setlocale(3). */
export function languageFrom(environment: Readonly<Record<string, string | undefined>>, wanted?: string): Language {
	// An empty variable counts as not set.
	const text = wanted || environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
	return text.startsWith("de") ? "de" : "en";
}
