import * as v from "valibot";
import type { Json } from "../../base/path/path.ts";
import { aspects, settingNames } from "../../cage/difference.ts";
import { findingCodes } from "../../cage/finding.ts";
import { weaknesses } from "../../confine/method.ts";
import { denialReasons } from "../../confine/seccomp/filter.ts";
import { lifecycleStages } from "../../coverage/coverage.ts";
import { importances, missingKinds } from "../../plan/missing.ts";
import { permissionNames } from "../../plan/permission-words.ts";
import { entryKinds, grantSources, peerReasons, type Reason, riskKinds, sharedKinds } from "../../plan/plan.ts";
import { furtherKinds } from "../../probe/propose.ts";
import { callFilters } from "../../service/application.ts";
import { ruleNames } from "../../service/rule-options.ts";
import { stopSignals } from "../../service/service-settings.ts";
import { alarmKinds, alarmResults, landlockReasons, severities } from "../../watch/alarm.ts";

/**
 * Parts of the JSON results of verbs. These descriptions type what is printed, and `npm run reference` writes docs/reference/schemas/ from
 * them; the program itself imports only their types.
 */

export const listOf = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());
export const optional = v.exactOptional;
export const nullable = v.nullable;
export const text = v.string();
export const number = v.number();
export const flag = v.boolean();
export const texts = listOf(text);
export const yes = v.literal(true);
/** A field that is there only if it is true. */
export const only = optional(yes);
/** One of the codes of a table. A later release may add some. */
export const code = <const Codes extends readonly string[]>(codes: Codes) =>
	v.pipe(v.picklist(codes), v.metadata({ grows: true }));
/** One of these objects, told apart by a field. A later release may add kinds. */
export const kinds = <const Kinds extends v.UnionOptions>(field: string, options: Kinds) =>
	v.pipe(v.union(options), v.metadata({ grows: field }));
/** The same fields, each of which may be absent. */
export const someOf = <const E extends v.ObjectEntries>(entries: E) =>
	Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, optional(one as v.GenericSchema)])) as {
		readonly [Name in keyof E]: v.ExactOptionalSchema<E[Name], undefined>;
	};
/** An object with exactly these fields, so that a field without a description does not compile. */
export const fields = <const E extends v.ObjectEntries>(entries: E) => v.pipe(v.object(entries), v.readonly());

/** A path as text, or its bytes if it is not UTF-8. */
export const path = v.union([text, v.object({ base64: text })]);
export const paths = listOf(path);
/** Values of a sentence, by name. */
export const values = v.pipe(v.record(text, v.union([text, number])), v.readonly());
export const note = fields({ code: text, values });
export const packageRef = fields({ name: text, version: text });

export const acknowledgement = { by: text, at: text, until: nullable(text) };
const missingKind = code(missingKinds);
const importance = fields({ level: code(importances), line: optional(text), before: optional(number), package: optional(text) });
const remedy = code(["path", "writable", "capability", "account", "call", "opening"]);
export const missing = fields({
	...{ kind: missingKind, path: optional(path), call: text, error: text, program: optional(path), declined: flag },
	...{ private: only, remedy: nullable(remedy), option: nullable(text), importance: optional(importance) },
});
export const drift = {
	...{ package: optional(text), from: optional(text), to: optional(text), security: flag },
	files: listOf(fields({ path, change: code(["changed", "gone"]) })),
};
export const changed = listOf(fields({ path, aspects: listOf(code(aspects)) }));
export const settings = listOf(code(settingNames));
/** What happened to running applications. */
export const restarted = { restarted: texts, renewed: texts, remaining: listOf(number), interrupted: number };

export const counts = { files: number, symlinks: number, directories: number, bytes: number, devices: paths };
export const limit = fields({
	kind: code(["memory", "processes", "files"]),
	value: number,
	by: v.picklist(["cgroup", "rlimit"]),
});
export const severity = v.picklist(["danger", "warning"]);
export const findingCode = code(findingCodes);
export const auditFinding = fields({ code: findingCode, path: text, severity, values: optional(values) });

const reasonsGiven = v.entriesFromList(
	permissionNames.filter((name) => name !== "syslog"),
	optional(text),
);
/** What the confinement allows beyond the default. Each value says what showed the need. */
export const openings = {
	...{ ...reasonsGiven, scheduling: optional(text), syslog: optional(path), executableData: optional(paths) },
	calls: optional(fields({ made: texts, allowed: optional(texts), refused: optional(texts) })),
	refused: optional(listOf(fields({ name: text, why: text }))),
};
export const network = v.picklist(["host", "none"]);
/** Null for any port. */
export const tcpPorts = nullable(listOf(number));
export const calls = fields({ filter: v.picklist(callFilters), permitted: number, general: number });
export const confinement = fields({
	...{ launcher: text, weaker: listOf(code(weaknesses)), user: text, rootless: flag, capabilities: texts, seccomp: flag },
	...{ landlock: flag, namespaces: texts, network, limits: optional(listOf(limit)), openings: fields(openings) },
	...{ tcpPorts, calls, findings: listOf(auditFinding), warnings: listOf(auditFinding) },
});
export const grant = fields({
	...{ word: text, call: text, program: optional(path), source: code(grantSources), round: optional(number) },
});
/** Which refused escape techniques raised an alarm. */
export const alarmCoverage = { tried: number, raised: number, silent: texts, seconds: number };
export const selftest = fields({
	...{ escaped: texts, openByDesign: texts, tried: number, findings: texts },
	alarm: nullable(fields(alarmCoverage)),
});
export const probe = fields({ command: text, ok: flag });
/** `output` is its end if it failed; `status` is there if it cannot run. */
export const probeOutcome = fields({ command: text, ok: flag, output: text, status: optional(number) });
/** A missing item of a finished round, as it is stored. */
export const roundMissing = fields({ kind: missingKind, what: text, call: text, error: text, declined: flag });

export const identity = fields({ name: text, uid: number, gid: number, groups: listOf(number), home: text });
export const accounts = fields({
	users: listOf(fields({ name: text, uid: number, gid: number, home: text, reason: text })),
	groups: listOf(fields({ name: text, gid: number, members: texts, reason: text })),
	peers: optional(listOf(fields({ name: text, uid: number, gid: number, reason: code(peerReasons) }))),
	...{ usersLeftOut: number, groupsLeftOut: number, nameless: optional(listOf(number)) },
});

const limits = fields({ memory: optional(number), processes: optional(number), files: optional(number) });
const stopSignal = v.picklist(Object.keys(stopSignals) as (keyof typeof stopSignals)[]);
export const service = fields({
	...{ umask: optional(number), resourceLimits: optional(texts), oomScoreAdjust: optional(number) },
	...{ ignoresPipe: only, notifies: only, detaches: only, watchdog: optional(number) },
	...{
		stopSignal: optional(stopSignal),
		pidFile: optional(text),
		runtimeDirectories: optional(texts),
		capabilities: optional(texts),
	},
	...{ before: optional(listOf(texts)), after: optional(listOf(texts)), reload: optional(listOf(texts)) },
	...{ stop: optional(listOf(texts)), pidFiles: optional(texts) },
	credentials: optional(listOf(fields({ name: text, files: optional(texts), content: optional(text) }))),
});
export const applicationEntries = {
	...{ command: texts, user: optional(text), cwd: text, env: v.pipe(v.record(text, text), v.readonly()), probes: texts },
	...{ exercises: texts, timeout: number, network, calls: optional(v.picklist(callFilters)), directories: texts },
	...{ sockets: optional(texts), limits: optional(limits) },
};
export const application = fields({ ...applicationEntries, service: optional(service) });

/** `cagewright/alarm/1` */
export const alarm = fields({
	...{ schema: v.literal("cagewright/alarm/1"), time: text, cage: text, kind: code(alarmKinds), severity: code(severities) },
	...{ result: code(alarmResults), port: optional(number), values: optional(values), count: number },
	knownBy: code(["process", "account", "file"]),
	...{ call: nullable(text), path: nullable(text), pid: nullable(number), uid: nullable(number), executable: nullable(text) },
	/** MITRE ATT&CK */
	technique: nullable(text),
	...{ why: nullable(code([...denialReasons, ...landlockReasons])), finding: nullable(findingCode) },
	...{ options: nullable(texts), advice: text },
});
export const recentAlarms = fields({ lastDay: number, newest: nullable(alarm) });
export const reaction = fields({
	...{ reaction: code(["stop", "freeze", "command"]), state: v.picklist(["pending", "failed", "done"]), at: text },
	...{ by: nullable(v.picklist(["SIGTERM", "SIGKILL"])), processes: nullable(number), units: texts },
	...{ problem: nullable(note), alarm },
});

const group = fields({ reached: number, of: number, untouched: paths });
export const coverage = fields({
	packages: listOf(packageRef),
	...{ programs: group, modules: group, configuration: group, data: group },
});

const stage = code(lifecycleStages);
const next = kinds("kind", [
	fields({ kind: v.literal("command"), command: text, shows: code(furtherKinds) }),
	fields({ kind: v.literal("signal"), signal: text }),
	fields({ kind: v.literal("stage"), stage, by: optional(text) }),
	fields({ kind: v.picklist(["modules", "helpers", "configuration"]), directory: path, paths, count: number }),
]);
/** How far an application was exercised, and what would extend it. `coverage` is null if no package contains the application. */
export const coverageReport = {
	coverage: nullable(coverage),
	life: optional(listOf(fields({ stage, cameUp: flag, by: optional(text) }))),
	next: listOf(next),
};

export const entryKind = code(entryKinds);
export const risk = code(riskKinds);

/** The application passed so many probes and exercises without it. */
export const unneeded = fields({ kind: v.literal("unneeded"), at: text, probes: number, exercises: number });
const plain = ["own-file", "account", "loader-cache", "launcher", "service-directory", "own-state", "edited"] as const;
/** Why an entry is in the cage, or was left out. */
export const reason = kinds("kind", [
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
	...{ path, kind: entryKind, mode: text, uid: number, gid: number, size: number, mtime: number },
	...{ target: optional(path), device: optional(device), package: optional(packageRef), edited: optional(text) },
	...{ reasons, risks: listOf(risk) },
};
