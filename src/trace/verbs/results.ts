import * as v from "valibot";
import {
	code,
	fields,
	flag,
	listOf,
	number,
	optional,
	paths,
	probeOutcome,
	text,
	texts,
} from "../../base/report/descriptions.ts";
import { coverageReport } from "../../coverage/report/descriptions.ts";
import { wouldMake } from "../../make/verbs/results.ts";
import { missing } from "../../plan/report/descriptions.ts";
import { gaps } from "../trace.ts";

const added = fields({
	paths,
	count: number,
	programs: paths,
	capabilities: texts,
	ports: texts,
	uids: listOf(number),
});

const watched = fields({ since: text, until: text, seconds: number, full: optional(flag), failures: number });
const counted = { answered: flag, paths: number, calls: number, processes: number };
const { coverage, life, next } = coverageReport;

const trace = v.union([
	fields({
		name: text,
		...counted,
		probes: listOf(probeOutcome),
		exercises: listOf(probeOutcome),
		signals: texts,
		capabilities: texts,
		ports: texts,
		gaps: listOf(code(gaps)),
		seconds: number,
		added: optional(added),
		coverage: optional(coverage),
		life,
		next: optional(next),
	}),
	fields(wouldMake),
	/** Of `trace --for`. */
	fields({ name: text, interrupted: flag, watched, missed: listOf(missing) }),
]);

export const results = { trace };
