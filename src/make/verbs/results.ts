import * as v from "valibot";
import {
	code,
	fields,
	flag,
	listOf,
	note,
	nullable,
	number,
	only,
	optional,
	probeOutcome,
	text,
	texts,
	values,
	yes,
} from "../../base/report/descriptions.ts";
import { unitSteps } from "../../cage/cage.ts";
import { confinement, counts, probe, roundMissing, selftest } from "../../cage/report/descriptions.ts";
import { minimisedCage } from "../../minimise/verbs/results.ts";
import { grant, missing, planned, planTotals } from "../../plan/report/descriptions.ts";
import { application, rules } from "../../service/report/descriptions.ts";

const round = fields({ added: texts, missing: listOf(roundMissing), probes: listOf(probe), failedExercises: texts });

const unitTrial = fields({
	unit: text,
	answered: flag,
	withoutReload: only,
	failed: optional(code(unitSteps)),
	state: optional(text),
	words: optional(text),
	killedFor: optional(text),
});

const made = fields({
	name: text,
	root: text,
	data: text,
	answered: flag,
	warnings: listOf(fields({ code: text, values, message: text })),
	rounds: listOf(round),
	permissions: listOf(grant),
	offers: listOf(missing),
	...counts,
	accounts: fields({ users: texts, groups: texts }),
	confinement,
	selftest: nullable(selftest),
	unitTrial: optional(unitTrial),
	record: text,
	seconds: fields({ trace: number, plan: number, build: number, trial: number }),
	/** Of `make --minimise`. */
	minimised: optional(minimisedCage),
});

/** `make --dry-run` */
export const wouldMake = {
	dryRun: yes,
	name: text,
	unit: optional(text),
	application,
	rules,
	notes: listOf(note),
	dedicatedAccount: optional(text),
	command: text,
	existing: nullable(fields({ generation: number, sameRequest: flag })),
};

const make = v.union([made, fields(wouldMake)]);

const build = v.union([
	fields({ dryRun: yes, name: text, ...planned }),
	fields({
		name: text,
		root: text,
		generation: number,
		unchanged: flag,
		...planTotals,
		declined: number,
		seconds: number,
	}),
]);

const unitStep = code(unitSteps);

const trial = v.union([
	fields({
		name: text,
		answered: flag,
		probes: listOf(probeOutcome),
		missing: listOf(missing),
		output: text,
		selftest: nullable(selftest),
		generation: number,
		seconds: number,
	}),
	fields({ dryRun: yes, name: text, generation: number, probes: texts }),
	/** Of `--unit` and `--dropin`. */
	fields({
		name: text,
		unit: text,
		answered: flag,
		passed: listOf(unitStep),
		failed: optional(unitStep),
		state: text,
		words: text,
		killedFor: optional(text),
		probes: listOf(probeOutcome),
		seconds: number,
	}),
]);

export const results = { build, make, trial };
