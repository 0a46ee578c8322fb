import type { Failure } from "../core/failure.ts";
import type { MissingKind } from "../core/plan/missing.ts";
import type { Risk } from "../core/plan/plan.ts";
import { cliDe } from "./cli-de.ts";
import { type CliMessages, cliEn } from "./cli-en.ts";
import { recordDe } from "./record-de.ts";
import { type RecordMessages, recordEn } from "./record-en.ts";

export type Language = "en" | "de";
type Values = Readonly<Record<string, string | number>>;

/** Everything that the program says, in one language. Texts live in one file a section and language; this puts them together. */
export interface Messages {
	readonly language: Language;
	readonly cli: CliMessages;
	readonly record: RecordMessages;
	/** One line: what is wrong, where, and what to do. */
	failure(error: Failure): string;
	note(code: string, values: Values): string;
	missingKind(kind: MissingKind): string;
	risk(risk: Risk): string;
	accountReason(reason: string): string;
	templateProblem(code: string, values: Values): string;
	readonly reasons: {
		traced: (calls: string, program: string) => string;
		neededBy: (by: string) => string;
		interpreterOf: (by: string) => string;
		linkTo: (target: string) => string;
		parentOf: (child: string) => string;
		rule: (rule: string, value: string) => string;
		trial: (round: number, call: string) => string;
		account: string;
		loaderCache: string;
		launcher: string;
		serviceDirectory: string;
	};
}

export function messagesFor(language: Language): Messages {
	return {
		language,
		cli: language === "de" ? cliDe : cliEn,
		record: language === "de" ? recordDe : recordEn,
		failure: (error) => `${error.code} ${JSON.stringify(error.values)}`,
		note: (code, values) => `${code} ${JSON.stringify(values)}`,
		missingKind: (kind) => kind,
		risk: (risk) => risk,
		accountReason: (reason) => reason,
		templateProblem: (code, values) => `${code} ${JSON.stringify(values)}`,
		reasons: {
			traced: (calls, program) => `${calls} by ${program}`,
			neededBy: (by) => `needed by ${by}`,
			interpreterOf: (by) => `runs ${by}`,
			linkTo: (target) => `link to ${target}`,
			parentOf: (child) => `holds ${child}`,
			rule: (rule, value) => `${rule} ${value}`,
			trial: (round, call) => `found missing in round ${round} (${call})`,
			account: "accounts that are needed",
			loaderCache: "where the libraries are",
			launcher: "the launcher mounts there",
			serviceDirectory: "directory of the service",
		},
	};
}

export function languageFrom(environment: Readonly<Record<string, string | undefined>>, wanted?: string): Language {
	const text = wanted ?? environment.LC_ALL ?? environment.LC_MESSAGES ?? environment.LANG ?? "";
	return text.startsWith("de") ? "de" : "en";
}
