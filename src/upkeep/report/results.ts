import * as v from "valibot";
import { phases } from "../../adopt/adoption.ts";
import { savedSession } from "../../cli/results/documents.ts";
import {
	accounts,
	acknowledgement,
	application,
	auditFinding,
	changed,
	code,
	confinement,
	counts,
	coverage,
	drift,
	entry,
	fields,
	findingCode,
	flag,
	limit,
	listOf,
	missing,
	nullable,
	number,
	only,
	optional,
	path,
	paths,
	probe,
	reaction,
	recentAlarms,
	restarted,
	roundMissing,
	settings,
	severity,
	text,
	texts,
	values,
	yes,
} from "../../cli/results/parts.ts";
import { weaknesses } from "../../confine/method.ts";
import { groupOrder } from "../../plan/groups.ts";
import { startKinds } from "../engine/overview.ts";

/** A value that is unknown is null. */
const listedCage = fields({
	...{
		name: text,
		generation: nullable(number),
		madeAt: nullable(text),
		running: flag,
		pids: listOf(number),
		as: nullable(code(startKinds)),
	},
	...{ service: nullable(text), serviceState: nullable(text), answers: nullable(flag), answered: flag },
	/** Packages with other files on the host, and open findings of the audit. */
	...{ outdated: nullable(number), findings: nullable(number) },
	/** Since the last look. */
	alarms: number,
	...{ approved: nullable(flag), command: texts, files: nullable(number), bytes: nullable(number), stale: flag },
	...{ recentAlarms, reaction: nullable(reaction), damage: optional(text) },
});

export const list = fields({ cages: listOf(listedCage), sessions: listOf(savedSession) });

const shownEntry = fields({ ...entry, sha256: optional(text), origin: optional(path) });

const measured = fields({
	...{
		inside: flag,
		seccomp: flag,
		noNewPrivileges: flag,
		capabilities: texts,
		namespaces: texts,
		limits: optional(listOf(limit)),
	},
});
const trial = fields({
	...{ round: number, at: text, generation: number, answered: flag, measured: optional(measured) },
	...{ reportsReady: only, weaker: optional(listOf(code(weaknesses))), landlock: optional(number), probes: listOf(probe) },
	...{ findings: listOf(auditFinding), failedExercises: texts, refusedCalls: optional(texts), added: texts },
	...{ seconds: optional(number), missing: listOf(roundMissing) },
});

const sum = { files: number, bytes: number };
const minimised = fields({
	...{ at: text, probes: number, exercises: number, signals: number, trials: number, isComplete: flag, ...sum },
	groups: listOf(fields({ ...sum, group: code(groupOrder) })),
	packages: listOf(fields({ ...sum, package: optional(text) })),
});

const shownCage = fields({
	...{ name: text, generation: number, root: path, data: path, application },
	adopted: optional(fields({ service: text, since: text, phase: code(phases) })),
	...{ ...counts, accounts, confinement, entries: listOf(shownEntry), writable: paths, stateInPlace: optional(paths) },
	...{ trials: listOf(trial), generations: listOf(number), coverage: nullable(coverage), minimised: nullable(minimised) },
	/** Data that an update or `release` preserved. */
	aside: optional(listOf(fields({ path, bytes: number }))),
	...{ alarms: recentAlarms, reaction: nullable(reaction) },
	acknowledged: listOf(fields({ finding: text, ...acknowledgement, expired: flag })),
});

/** Also of `--history` and `--record`. */
export const show = v.union([shownCage, fields({ name: text, history: texts }), fields({ name: text, record: text })]);

/** A finding with its name for `--accept`. */
const named = { finding: text, acknowledged: nullable(fields(acknowledgement)) };

const finding = fields({
	...named,
	...{ code: findingCode, path, severity, accepted: flag, known: flag, values, what: text, close: text },
});

const checkedCage = fields({
	...{ name: text, generation: optional(number), damage: optional(text), findings: listOf(finding), outdated: flag },
	/** Processes in an older generation. */
	behind: listOf(number),
	drift: listOf(fields({ ...named, ...drift })),
	...{ wouldAdd: paths, wouldDrop: paths, wouldChange: changed, wouldSet: settings, missed: listOf(missing) },
	...{ open: texts, acknowledged: listOf(fields({ finding: text, ...acknowledgement })) },
});
export const check = fields({ cages: listOf(checkedCage) });

const updatePlan = {
	...{ name: text, from: number, drift: listOf(fields(drift)), added: paths, removed: paths, changed, settings },
	...{ edited: paths, conflicts: paths, missed: listOf(missing) },
};
const plannedUpdate = fields({ ...updatePlan, outcome: v.picklist(["planned", "unchanged"]) });
const updatedCage = fields({
	...{ ...updatePlan, outcome: v.picklist(["updated", "unchanged"]), ...restarted },
	...{ to: optional(number), answered: optional(flag), record: optional(text), escaped: only },
});
const failedUpdate = fields({ name: text, outcome: v.literal("failed"), problem: text });
export const update = fields({ cages: listOf(v.union([plannedUpdate, updatedCage, failedUpdate])) });

export const rollback = v.union([
	fields({ dryRun: yes, name: text, from: number, to: number }),
	fields({ name: text, from: number, to: number, ...restarted }),
]);

/** Names of cages that an upgrade of the host made outdated. */
export const stale = fields({ cages: texts });
/** Of `metrics -o FILE`. */
export const metrics = fields({ file: path, cages: number });

const removal = {
	...{ name: text, keptData: flag, folder: text, generations: listOf(number), deletes: paths, bytes: number, keeps: paths },
	...{ units: listOf(fields({ path, service: optional(text) })), hooks: paths, mentions: paths },
};
/** `account` was created for the cage; it is kept while a process uses it. */
export const remove = v.union([
	fields({ ...removal, removed: v.literal(false), dryRun: yes, account: optional(text) }),
	fields({ ...removal, removed: yes, account: optional(fields({ name: text, keptFor: optional(number) })) }),
]);
