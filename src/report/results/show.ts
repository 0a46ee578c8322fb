import * as v from "valibot";
import {
	acknowledgement,
	application,
	auditFinding,
	confinement,
	counts,
	fields,
	flag,
	limit,
	list,
	nullable,
	number,
	optional,
	packageRef,
	path,
	paths,
	probe,
	reaction,
	recentAlarms,
	roundMissing,
	text,
	texts,
} from "./parts.ts";

/** Why an entry is in the cage: `kind`, and fields that depend on it. */
const reason = v.record(text, v.unknown());

export const entry = fields({
	...{ path, kind: text, decision: optional(text), mode: text, uid: number, gid: number, size: number, mtime: optional(number) },
	...{ target: optional(path), device: optional(fields({ type: text, major: number, minor: number })) },
	...{ package: optional(packageRef), edited: optional(text), reasons: list(reason), risks: texts },
	...{ sha256: optional(text), origin: optional(path) },
});

const accounts = fields({
	users: list(fields({ name: text, uid: number, gid: number, home: text, reason: text })),
	groups: list(fields({ name: text, gid: number, members: texts, reason: text })),
	peers: optional(list(fields({ name: text, uid: number, gid: number, reason: text }))),
	...{ usersLeftOut: number, groupsLeftOut: number, nameless: optional(list(number)) },
});

const measured = fields({
	...{
		inside: flag,
		seccomp: flag,
		noNewPrivileges: flag,
		capabilities: texts,
		namespaces: texts,
		limits: optional(list(limit)),
	},
});
const trial = fields({
	...{ round: number, at: text, generation: number, answered: flag, measured: optional(measured) },
	...{ reportsReady: optional(v.literal(true)), weaker: optional(texts), landlock: optional(number), probes: list(probe) },
	...{ findings: list(auditFinding), failedExercises: texts, refusedCalls: optional(texts), added: texts },
	...{ seconds: optional(number), missing: list(roundMissing) },
});

const group = fields({ reached: number, of: number, untouched: paths });
export const coverage = fields({
	packages: list(packageRef),
	...{ programs: group, modules: group, configuration: group, data: group },
});

const sum = { files: number, bytes: number };
const minimised = fields({
	...{ at: text, probes: number, exercises: number, signals: number, trials: number, isComplete: flag, ...sum },
	groups: list(fields({ ...sum, group: text })),
	packages: list(fields({ ...sum, package: optional(text) })),
});

export const shownCage = fields({
	...{ name: text, generation: number, root: path, data: path, application },
	adopted: optional(fields({ service: text, since: text, phase: text })),
	...{ ...counts, accounts, confinement, entries: list(entry), writable: paths, stateInPlace: optional(paths) },
	...{ trials: list(trial), generations: list(number), coverage: nullable(coverage), minimised: nullable(minimised) },
	/** Data that an update or `release` preserved. */
	aside: optional(list(fields({ path, bytes: number }))),
	...{ alarms: recentAlarms, reaction: nullable(reaction) },
	acknowledged: list(fields({ finding: text, ...acknowledgement, expired: flag })),
});

/** Also of `--history` and `--record`. */
export const show = v.union([shownCage, fields({ name: text, history: texts }), fields({ name: text, record: text })]);
