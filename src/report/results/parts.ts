import * as v from "valibot";

/**
 * Parts of the JSON results of verbs. These descriptions type what is printed, and `npm run reference` writes docs/reference/schemas/ from
 * them; the program itself imports only their types. Codes are texts, because releases may add some.
 */

export const list = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());
export const optional = v.exactOptional;
export const nullable = v.nullable;
export const text = v.string();
export const number = v.number();
export const flag = v.boolean();
export const texts = list(text);
/** An object with exactly these fields, so that a field without a description does not compile. */
export const fields = <const E extends v.ObjectEntries>(entries: E) => v.pipe(v.object(entries), v.readonly());

/** A path as text, or its bytes if it is not UTF-8. */
export const path = v.union([text, v.object({ base64: text })]);
export const paths = list(path);
/** Values of a sentence, by name. */
export const values = v.pipe(v.record(text, v.union([text, number])), v.readonly());
export const note = fields({ code: text, values });
export const packageRef = fields({ name: text, version: text });

export const acknowledgement = { by: text, at: text, until: nullable(text) };
const importance = fields({ level: text, line: optional(text), before: optional(number), package: optional(text) });
export const missing = fields({
	...{ kind: text, path: optional(path), call: text, error: text, program: optional(path), declined: flag },
	...{ private: optional(v.literal(true)), remedy: nullable(text), option: nullable(text), importance: optional(importance) },
});
export const drift = {
	...{ package: optional(text), from: optional(text), to: optional(text), security: flag },
	files: list(fields({ path, change: text })),
};
export const changed = list(fields({ path, aspects: texts }));
/** What happened to running applications. */
export const restarted = { restarted: texts, renewed: texts, remaining: list(number), interrupted: number };

export const counts = { files: number, symlinks: number, directories: number, bytes: number, devices: paths };
const permitted = v.record(text, v.unknown());
export const limit = fields({ kind: text, value: number, by: text });
export const auditFinding = fields({ code: text, path: text, severity: text, values: optional(values) });
export const confinement = fields({
	...{ launcher: text, weaker: texts, user: text, rootless: flag, capabilities: texts, seccomp: flag, landlock: flag },
	...{ namespaces: texts, network: text, limits: optional(list(limit)), openings: permitted },
	/** Null for any port. */
	tcpPorts: nullable(list(number)),
	calls: fields({ filter: text, permitted: number, general: number }),
	...{ findings: list(auditFinding), warnings: list(auditFinding) },
});
export const grant = fields({ word: text, call: text, program: optional(path), source: text, round: optional(number) });
export const selftest = fields({
	...{ escaped: texts, openByDesign: texts, tried: number, findings: texts },
	alarm: nullable(fields({ tried: number, raised: number, silent: texts, seconds: number })),
});
export const probe = fields({ command: text, ok: flag });
/** A missing item of a finished round, as it is stored. */
export const roundMissing = fields({ kind: text, what: text, call: text, error: text, declined: flag });

const limits = fields({ memory: optional(number), processes: optional(number), files: optional(number) });
const service = fields({
	...{ umask: optional(number), resourceLimits: optional(texts), oomScoreAdjust: optional(number) },
	...{ ignoresPipe: optional(v.literal(true)), notifies: optional(v.literal(true)), watchdog: optional(number) },
	...{ stopSignal: optional(text), pidFile: optional(text), runtimeDirectories: optional(texts) },
	...{ before: optional(list(texts)), after: optional(list(texts)), reload: optional(list(texts)) },
});
export const application = fields({
	...{ command: texts, user: optional(text), cwd: text, env: v.pipe(v.record(text, text), v.readonly()), probes: texts },
	...{ exercises: texts, timeout: number, network: text, calls: optional(text), directories: texts },
	...{ sockets: optional(texts), limits: optional(limits), service: optional(service) },
});

/** `cagewright/alarm/1` */
export const alarm = fields({
	...{ schema: v.literal("cagewright/alarm/1"), time: text, cage: text, kind: text, severity: text, result: text },
	...{ port: optional(number), values: optional(values), knownBy: text, count: number },
	...{ call: nullable(text), path: nullable(text), pid: nullable(number), uid: nullable(number), executable: nullable(text) },
	/** MITRE ATT&CK */
	technique: nullable(text),
	...{ why: nullable(text), finding: nullable(text), options: nullable(texts), advice: text },
});
export const recentAlarms = fields({ lastDay: number, newest: nullable(alarm) });
export const reaction = fields({
	...{ reaction: text, state: text, at: text, by: nullable(text), processes: nullable(number), units: texts },
	...{ problem: nullable(note), alarm },
});
