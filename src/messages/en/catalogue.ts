import { findingsEn } from "../../check/text/en.ts";
import { cliEn } from "../../cli/text/en.ts";
import { explainEn } from "../../explain/text/en.ts";
import { reasonsEn } from "../../plan/text/en.ts";
import { recordEn } from "../../record/text/en.ts";
import { selftestEn } from "../../selftest/text/en.ts";
import { foreignSelftestEn } from "../../selftest/text/foreign.en.ts";
import { templateProblemsEn } from "../../template/text/en.ts";
import { alarmsEn } from "../../watch/text/en.ts";
import { wizardEn } from "../../wizard/text/en.ts";
import type { Catalogue } from "../messages.ts";
import { failuresEn } from "./failures.ts";
import { notesEn } from "./notes.ts";
import { valueWordsEn } from "./value-words.ts";

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
