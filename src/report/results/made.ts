import * as v from "valibot";
import { ruleNames } from "../../core/options/rule-options.ts";
import {
	application,
	confinement,
	counts,
	fields,
	flag,
	grant,
	list,
	missing,
	note,
	nullable,
	number,
	optional,
	paths,
	probe,
	restarted,
	roundMissing,
	selftest,
	text,
	texts,
	values,
} from "./parts.ts";

const round = fields({ added: texts, missing: list(roundMissing), probes: list(probe), failedExercises: texts });
const unitTrial = fields({
	...{ unit: text, answered: flag, withoutReload: optional(v.literal(true)) },
	...{ failed: optional(text), state: optional(text), words: optional(text), killedFor: optional(text) },
});

const sum = { files: number, bytes: number };
const groups = list(fields({ ...sum, group: text }));
const kept = list(fields({ why: text, ...sum }));

const minimisedCage = fields({
	...{ name: text, outcome: v.picklist(["minimised", "unchanged"]), from: number, to: optional(number) },
	...{ answered: optional(flag), record: optional(text), trials: number, seconds: number, complete: flag, probes: texts },
	...{ exercises: texts, signals: texts, uncounted: texts, before: fields(sum), after: fields(sum) },
	dropped: fields({ ...sum, groups, packages: list(fields({ ...sum, package: optional(text) })), paths }),
	...{ kept, ...restarted },
});

export const minimise = v.union([
	minimisedCage,
	fields({
		...{ dryRun: v.literal(true), name: text, files: number, tried: fields({ ...sum, groups }), kept, probes: texts },
		...{ exercises: texts, estimated: number },
	}),
]);

export const made = fields({
	...{ name: text, root: text, data: text, answered: flag },
	...{ warnings: list(fields({ code: text, values, message: text })), rounds: list(round) },
	...{ permissions: list(grant), offers: list(missing), ...counts, accounts: fields({ users: texts, groups: texts }) },
	...{ confinement, selftest: nullable(selftest), unitTrial: optional(unitTrial), record: text },
	seconds: fields({ trace: number, plan: number, build: number, trial: number }),
	/** Of `make --minimise`. */
	minimised: optional(minimisedCage),
});

const owner = fields({
	mode: number,
	uid: number,
	gid: number,
	isRuntime: optional(v.literal(true)),
	isFile: optional(v.literal(true)),
});
const bind = fields({ path: text, access: text, created: optional(owner) });
const ruleLists = ruleNames.filter((name) => name !== "binds");
const rules = fields({ ...v.entriesFromList(ruleLists, texts), binds: list(bind) });
/** `make --dry-run` */
export const wouldMake = {
	...{ dryRun: v.literal(true), name: text, unit: optional(text), application, rules },
	...{ notes: list(note), dedicatedAccount: optional(text), command: text },
	existing: nullable(fields({ generation: number, sameRequest: flag })),
};

export const make = v.union([made, fields(wouldMake)]);
