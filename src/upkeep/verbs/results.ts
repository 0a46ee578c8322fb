import * as v from "valibot";
import { phases } from "../../adopt/adoption.ts";
import {
	code,
	fields,
	flag,
	listOf,
	nullable,
	number,
	only,
	optional,
	path,
	paths,
	text,
	texts,
	yes,
} from "../../base/report/descriptions.ts";
import { auditFinding, changed, confinement, counts, probe, roundMissing, settings } from "../../cage/report/descriptions.ts";
import { acknowledgement, drift } from "../../check/report/descriptions.ts";
import { weaknesses } from "../../confine/method.ts";
import { limit } from "../../confine/report/descriptions.ts";
import { coverage } from "../../coverage/report/descriptions.ts";
import { groupOrder } from "../../plan/groups.ts";
import { accounts, entry, missing } from "../../plan/report/descriptions.ts";
import { application } from "../../service/report/descriptions.ts";
import { savedSession } from "../../sessions/verbs/results.ts";
import { restarted } from "../../unit/report/descriptions.ts";
import { reaction, recentAlarms } from "../../watch/report/descriptions.ts";
import { startKinds } from "../engine/overview.ts";

/** Packages whose version differs, and a file's hashes, null without content. */
const diff = fields({
	name: text,
	from: number,
	to: number,
	packages: listOf(fields({ name: text, from: text, to: text })),
	added: paths,
	removed: paths,
	changed: listOf(fields({ path, from: nullable(text), to: nullable(text) })),
	settings,
});

/** A value that is unknown is null. */
const listedCage = fields({
	name: text,
	generation: nullable(number),
	madeAt: nullable(text),
	running: flag,
	pids: listOf(number),
	as: nullable(code(startKinds)),
	service: nullable(text),
	serviceState: nullable(text),
	answers: nullable(flag),
	answered: flag,
	/** Packages with other files on the host, and open findings of the audit. */
	outdated: nullable(number),
	findings: nullable(number),
	/** Since the last look. */
	alarms: number,
	approved: nullable(flag),
	command: texts,
	files: nullable(number),
	bytes: nullable(number),
	stale: flag,
	recentAlarms,
	reaction: nullable(reaction),
	damage: optional(text),
});

const list = fields({ cages: listOf(listedCage), sessions: listOf(savedSession) });
const shownEntry = fields({ ...entry, sha256: optional(text), origin: optional(path) });

const measured = fields({
	inside: flag,
	seccomp: flag,
	noNewPrivileges: flag,
	capabilities: texts,
	namespaces: texts,
	limits: optional(listOf(limit)),
});

const trial = fields({
	round: number,
	at: text,
	generation: number,
	answered: flag,
	measured: optional(measured),
	reportsReady: only,
	weaker: optional(listOf(code(weaknesses))),
	landlock: optional(number),
	probes: listOf(probe),
	findings: listOf(auditFinding),
	failedExercises: texts,
	refusedCalls: optional(texts),
	added: texts,
	seconds: optional(number),
	missing: listOf(roundMissing),
});

const sum = { files: number, bytes: number };

const minimised = fields({
	at: text,
	probes: number,
	exercises: number,
	signals: number,
	trials: number,
	isComplete: flag,
	...sum,
	groups: listOf(fields({ ...sum, group: code(groupOrder) })),
	packages: listOf(fields({ ...sum, package: optional(text) })),
});

const shownCage = fields({
	name: text,
	generation: number,
	root: path,
	data: path,
	application,
	adopted: optional(fields({ service: text, since: text, phase: code(phases) })),
	...counts,
	accounts,
	confinement,
	entries: listOf(shownEntry),
	writable: paths,
	stateInPlace: optional(paths),
	trials: listOf(trial),
	generations: listOf(number),
	coverage: nullable(coverage),
	minimised: nullable(minimised),
	/** Data that an update or `release` preserved. */
	aside: optional(listOf(fields({ path, bytes: number }))),
	alarms: recentAlarms,
	reaction: nullable(reaction),
	acknowledged: listOf(fields({ finding: text, ...acknowledgement, expired: flag })),
});

/** Also of `--history` and `--record`. */
const show = v.union([shownCage, fields({ name: text, history: texts }), fields({ name: text, record: text })]);

const updatePlan = {
	name: text,
	from: number,
	drift: listOf(fields(drift)),
	added: paths,
	removed: paths,
	changed,
	settings,
	edited: paths,
	conflicts: paths,
	missed: listOf(missing),
};

const plannedUpdate = fields({ ...updatePlan, outcome: v.picklist(["planned", "unchanged"]) });

const updatedCage = fields({
	...updatePlan,
	outcome: v.picklist(["updated", "unchanged"]),
	...restarted,
	to: optional(number),
	answered: optional(flag),
	record: optional(text),
	escaped: only,
});

const failedUpdate = fields({ name: text, outcome: v.literal("failed"), problem: text });
const update = fields({ cages: listOf(v.union([plannedUpdate, updatedCage, failedUpdate])) });

const rollback = v.union([
	fields({ dryRun: yes, name: text, from: number, to: number }),
	fields({ name: text, from: number, to: number, ...restarted }),
]);

/** Names of cages that an upgrade of the host made outdated. */
const stale = fields({ cages: texts });

const removal = {
	name: text,
	keptData: flag,
	folder: text,
	generations: listOf(number),
	deletes: paths,
	bytes: number,
	keeps: paths,
	units: listOf(fields({ path, service: optional(text) })),
	hooks: paths,
	mentions: paths,
};

/** `account` was created for the cage; it is kept while a process uses it. */
const remove = v.union([
	fields({ ...removal, removed: v.literal(false), dryRun: yes, account: optional(text) }),
	fields({ ...removal, removed: yes, account: optional(fields({ name: text, keptFor: optional(number) })) }),
]);

export const results = { diff, list, remove, rollback, show, stale, update };
