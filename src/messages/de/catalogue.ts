import { findingsDe } from "../../check/text/de.ts";
import { cliDe } from "../../cli/text/de.ts";
import { explainDe } from "../../explain/text/de.ts";
import { reasonsDe } from "../../plan/text/de.ts";
import { recordDe } from "../../record/text/de.ts";
import { selftestDe } from "../../selftest/text/de.ts";
import { foreignSelftestDe } from "../../selftest/text/foreign.de.ts";
import { templateProblemsDe } from "../../template/text/de.ts";
import { alarmsDe } from "../../watch/text/de.ts";
import { wizardDe } from "../../wizard/text/de.ts";
import type { Catalogue } from "../messages.ts";
import { failuresDe } from "./failures.ts";
import { notesDe } from "./notes.ts";
import { valueWordsDe } from "./value-words.ts";

export const catalogueDe: Catalogue = {
	language: "de",
	cli: cliDe,
	explain: explainDe,
	alarms: alarmsDe,
	record: recordDe,
	selftest: selftestDe,
	foreign: foreignSelftestDe,
	wizard: wizardDe,
	failures: failuresDe,
	notes: notesDe,
	reasons: reasonsDe,
	findings: findingsDe,
	templateProblems: templateProblemsDe,
	valueWords: valueWordsDe,
};
