import type { Catalogue } from "../messages.ts";
import { alarmsEn } from "./alarms.ts";
import { cliEn } from "./cli.ts";
import { explainEn } from "./explain.ts";
import { failuresEn } from "./failures.ts";
import { findingsEn } from "./findings.ts";
import { foreignSelftestEn } from "./foreign-selftest.ts";
import { notesEn } from "./notes.ts";
import { reasonsEn } from "./plan.ts";
import { recordEn } from "./record.ts";
import { selftestEn } from "./selftest.ts";
import { templateProblemsEn } from "./template.ts";
import { valueWordsEn } from "./value-words.ts";
import { wizardEn } from "./wizard.ts";

export const catalogueEn: Catalogue = {
	language: "en",
	cli: cliEn,
	explain: explainEn,
	alarms: alarmsEn,
	record: recordEn,
	selftest: selftestEn,
	foreign: foreignSelftestEn,
	wizard: wizardEn,
	failures: failuresEn,
	notes: notesEn,
	reasons: reasonsEn,
	findings: findingsEn,
	templateProblems: templateProblemsEn,
	valueWords: valueWordsEn,
};
