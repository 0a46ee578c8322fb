import type { Catalogue } from "../messages.ts";
import { alarmsDe } from "./alarms.ts";
import { cliDe } from "./cli.ts";
import { explainDe } from "./explain.ts";
import { failuresDe } from "./failures.ts";
import { findingsDe } from "./findings.ts";
import { foreignSelftestDe } from "./foreign-selftest.ts";
import { notesDe } from "./notes.ts";
import { reasonsDe } from "./plan.ts";
import { recordDe } from "./record.ts";
import { selftestDe } from "./selftest.ts";
import { templateProblemsDe } from "./template.ts";
import { valueWordsDe } from "./value-words.ts";
import { wizardDe } from "./wizard.ts";

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
