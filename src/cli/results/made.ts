import * as v from "valibot";
import { relations } from "../../adopt/clients.ts";
import { unitSteps } from "../../cage/cage.ts";
import { pinKinds } from "../../minimise/pin-kinds.ts";
import { groupOrder } from "../../plan/groups.ts";
import { ruleNames } from "../../service/rule-options.ts";
import {
	application,
	code,
	confinement,
	counts,
	fields,
	flag,
	grant,
	listOf,
	missing,
	note,
	nullable,
	number,
	only,
	optional,
	path,
	paths,
	probe,
	restarted,
	roundMissing,
	selftest,
	text,
	texts,
	values,
	yes,
} from "./parts.ts";

const round = fields({ added: texts, missing: listOf(roundMissing), probes: listOf(probe), failedExercises: texts });
const unitTrial = fields({
	...{ unit: text, answered: flag, withoutReload: only },
	...{ failed: optional(code(unitSteps)), state: optional(text), words: optional(text), killedFor: optional(text) },
});

const sum = { files: number, bytes: number };
const groups = listOf(fields({ ...sum, group: code(groupOrder) }));
const kept = listOf(fields({ why: code([...pinKinds, "tried"]), ...sum }));

const minimisedCage = fields({
	...{ name: text, outcome: v.picklist(["minimised", "unchanged"]), from: number, to: optional(number) },
	...{ answered: optional(flag), record: optional(text), trials: number, seconds: number, complete: flag, probes: texts },
	...{ exercises: texts, signals: texts, uncounted: texts, before: fields(sum), after: fields(sum) },
	dropped: fields({ ...sum, groups, packages: listOf(fields({ ...sum, package: optional(text) })), paths }),
	...{ kept, ...restarted },
});

export const minimise = v.union([
	minimisedCage,
	fields({
		...{ dryRun: yes, name: text, files: number, tried: fields({ ...sum, groups }), kept, probes: texts },
		...{ exercises: texts, estimated: number },
	}),
]);

export const made = fields({
	...{ name: text, root: text, data: text, answered: flag },
	...{ warnings: listOf(fields({ code: text, values, message: text })), rounds: listOf(round) },
	...{ permissions: listOf(grant), offers: listOf(missing), ...counts, accounts: fields({ users: texts, groups: texts }) },
	...{ confinement, selftest: nullable(selftest), unitTrial: optional(unitTrial), record: text },
	seconds: fields({ trace: number, plan: number, build: number, trial: number }),
	/** Of `make --minimise`. */
	minimised: optional(minimisedCage),
});

const owner = fields({
	mode: number,
	uid: number,
	gid: number,
	isRuntime: only,
	isFile: only,
});
export const bind = { path: text, access: v.picklist(["ro", "rw"]), created: optional(owner) };
const ruleLists = ruleNames.filter((name) => name !== "binds");
export const ruleEntries = { ...v.entriesFromList(ruleLists, texts), binds: listOf(fields(bind)) };
export const rules = fields(ruleEntries);
/** `make --dry-run` */
export const wouldMake = {
	...{ dryRun: yes, name: text, unit: optional(text), application, rules },
	...{ notes: listOf(note), dedicatedAccount: optional(text), command: text },
	existing: nullable(fields({ generation: number, sameRequest: flag })),
};

export const make = v.union([made, fields(wouldMake)]);

const offer = v.union([
	fields({ kind: v.picklist(["socket", "file", "pid-file"]), path }),
	fields({ kind: v.literal("abstract"), name: text }),
	fields({ kind: v.literal("port"), address: text, port: number }),
]);
/** Somebody that the service serves, and by what. */
const client = fields({
	...{ name: text, relation: code(relations), program: optional(text), package: optional(text), offer: optional(offer) },
	processes: optional(listOf(fields({ pid: number, uid: number }))),
});

const adoption = {
	...{ name: text, service: text, places: paths, inPlace: paths, probes: texts, timeout: number },
	dropin: fields({ path: text, text }),
	...{ clientProbes: texts, foundClientProbes: texts, clients: listOf(client) },
};
const dryRun = yes;
const seconds = fields({ interrupted: number });

const adoptionPlan = fields(adoption);
const adoptedService = fields({ ...adoption, root: path, data: path, answered: yes, away: listOf(client), seconds });

/** Of one service, or of several. */
export const adopt = v.union([
	adoptedService,
	fields({ ...adoption, dryRun }),
	/** Without a cage: what `make` would do. */
	fields({ ...wouldMake, clients: listOf(client), clientProbes: texts }),
	fields({ services: listOf(adoptedService), answered: yes }),
	fields({ dryRun, services: listOf(adoptionPlan), withoutCage: texts }),
]);

const released = { name: text, service: text, since: text, places: paths, inPlace: paths, probes: texts };
const releasePlan = fields(released);
const releasedService = fields({ ...released, answered: flag, seconds, kept: optional(path) });

export const release = v.union([
	releasedService,
	fields({ ...released, dryRun }),
	fields({ services: listOf(releasedService), answered: yes }),
	fields({ dryRun, services: listOf(releasePlan) }),
]);
