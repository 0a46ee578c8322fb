import * as v from "valibot";
import type { Json } from "../../base/path/path.ts";
import {
	code,
	fields,
	flag,
	identity,
	kinds,
	listOf,
	note,
	nullable,
	number,
	only,
	optional,
	packageRef,
	path,
	paths,
	text,
	texts,
} from "../../base/report/descriptions.ts";
import { callFilters } from "../../service/application.ts";
import { documentKinds } from "../../service/documentation.ts";
import { application } from "../../service/report/descriptions.ts";
import { ruleNames } from "../../service/rule-options.ts";
import { groupOrder, recommendations } from "../groups.ts";
import { importances, missingKinds } from "../missing.ts";
import { permissionNames } from "../permission-words.ts";
import {
	decisions,
	entryKinds,
	grantSources,
	offerKinds,
	peerReasons,
	type Reason,
	riskKinds,
	sharedKinds,
	socketReaches,
} from "../plan.ts";

export const missingKind = code(missingKinds);
const importance = fields({ level: code(importances), line: optional(text), before: optional(number), package: optional(text) });
const remedy = code(["path", "writable", "capability", "account", "call", "opening"]);

export const missing = fields({
	kind: missingKind,
	path: optional(path),
	call: text,
	error: text,
	program: optional(path),
	declined: flag,
	private: only,
	remedy: nullable(remedy),
	option: nullable(text),
	importance: optional(importance),
});

const reasonsGiven = v.entriesFromList(
	permissionNames.filter((name) => name !== "syslog"),
	optional(text),
);

/** What the confinement allows beyond the default. Each value says what showed the need. */
export const openings = {
	...reasonsGiven,
	scheduling: optional(text),
	syslog: optional(path),
	executableData: optional(paths),
	calls: optional(fields({ made: texts, allowed: optional(texts), refused: optional(texts) })),
	refused: optional(listOf(fields({ name: text, why: text }))),
};

/** Null for any port. */
export const tcpPorts = nullable(listOf(number));
export const calls = fields({ filter: v.picklist(callFilters), permitted: number, general: number });

export const grant = fields({
	word: text,
	call: text,
	program: optional(path),
	source: code(grantSources),
	round: optional(number),
});

export const accounts = fields({
	users: listOf(fields({ name: text, uid: number, gid: number, home: text, reason: text })),
	groups: listOf(fields({ name: text, gid: number, members: texts, reason: text })),
	peers: optional(listOf(fields({ name: text, uid: number, gid: number, reason: code(peerReasons) }))),
	usersLeftOut: number,
	groupsLeftOut: number,
	nameless: optional(listOf(number)),
});

export const entryKind = code(entryKinds);
export const risk = code(riskKinds);

/** The application passed so many probes and exercises without it. */
export const unneeded = fields({ kind: v.literal("unneeded"), at: text, probes: number, exercises: number });
const plain = ["own-file", "account", "loader-cache", "launcher", "service-directory", "own-state", "edited"] as const;

/** Why an entry is in the cage, or was left out. */
const reason = kinds("kind", [
	fields({ kind: v.literal("traced"), calls: texts, program: optional(path) }),
	fields({ kind: v.picklist(["needed-by", "interpreter-of", "may-use"]), by: path }),
	fields({ kind: v.literal("link-to"), target: path }),
	fields({ kind: v.literal("part-of"), tree: path }),
	fields({ kind: v.literal("parent-of"), child: path }),
	fields({ kind: v.literal("rule"), rule: code(ruleNames), value: text }),
	fields({ kind: v.literal("shared"), what: code(sharedKinds), example: path }),
	fields({ kind: v.literal("offered"), socket: path }),
	fields({ kind: v.literal("offered-file"), file: path }),
	fields({ kind: v.picklist(plain) }),
	unneeded,
	fields({ kind: v.literal("trial"), round: number, call: text }),
]) satisfies v.GenericSchema<Json<Reason>>;

export const reasons = listOf(reason);
const device = fields({ type: v.picklist(["c", "b"]), major: number, minor: number });

/** One path of a plan or generation. */
export const entry = {
	path,
	kind: entryKind,
	mode: text,
	uid: number,
	gid: number,
	size: number,
	mtime: number,
	target: optional(path),
	device: optional(device),
	package: optional(packageRef),
	edited: optional(text),
	reasons,
	risks: listOf(risk),
};

const plannedEntry = fields({ ...entry, decision: v.picklist(decisions) });

const plannedDirectory = fields({
	path,
	mode: text,
	uid: number,
	gid: number,
	reasons,
	seeds: listOf(fields({ path, bytes: number })),
	emptyFiles: optional(listOf(path)),
});

const passage = fields({
	kind: code(documentKinds),
	document: text,
	section: optional(text),
	line: optional(number),
	text,
});

export const planTotals = { files: number, symlinks: number, directories: number, devices: number, bytes: number };
const capabilities = listOf(fields({ name: text, why: text, idle: only }));

export const planned = {
	application,
	identity,
	...planTotals,
	entries: listOf(plannedEntry),
	writable: listOf(plannedDirectory),
	stateInPlace: optional(paths),
	shared: listOf(fields({ path, kind: code(sharedKinds), example: path, files: number, bytes: number, isSocket: only })),
	offeredSockets: listOf(fields({ path, reach: code(socketReaches) })),
	groups: listOf(
		fields({
			name: code(groupOrder),
			recommendation: code(recommendations),
			paths,
			bytes: number,
			spare: optional(text),
		}),
	),
	offers: listOf(
		fields({ kind: code(offerKinds), path, files: number, bytes: number, passage: optional(passage), option: text }),
	),
	accounts,
	openings: fields({ ...openings, capabilities }),
	tcpPorts,
	calls,
	permissions: listOf(grant),
	declined: listOf(fields({ path, risk })),
	notes: listOf(note),
};
