import * as v from "valibot";
import { softPins } from "../../minimise/pin-kinds.ts";
import { groupOrder } from "../../plan/groups.ts";
import { verdicts } from "../../record/verification.ts";
import { parameterKinds } from "../../template/parameters.ts";
import { templateProblems } from "../../template/problems.ts";
import { templateSchema } from "../../template/template.ts";
import { recordFormats } from "../options.ts";
import { ruleEntries, rules } from "./made.ts";
import {
	application,
	applicationEntries,
	code,
	fields,
	flag,
	listOf,
	note,
	nullable,
	number,
	optional,
	path,
	someOf,
	text,
	texts,
	values,
	yes,
} from "./parts.ts";

const approved = fields({ by: text, at: text, generation: number });
const recorded = fields({
	...{ name: text, file: text, sha256: text, generation: number, madeAt: text, template: nullable(text) },
	...{ dangers: nullable(number), warnings: nullable(number), outdated: nullable(flag), escapes: nullable(number) },
	approved: nullable(approved),
});

/** Of `record --all`. */
export const recordIndex = fields({
	...{ host: text, writtenAt: text, cages: listOf(recorded), damaged: listOf(fields({ name: text, damage: text })) },
});

/** Of `record NAME -o FILE`. */
export const recordWritten = fields({
	...{ name: text, file: path, format: v.picklist(recordFormats), generation: number, checksum: optional(text) },
});

/** Of `record NAME --verify FILE`. */
export const recordVerify = fields({
	...{ name: text, file: text, sha256: text, verdict: v.picklist(verdicts) },
	written: optional(fields({ at: text, file: text, sha256: text, generation: number, fingerprint: text })),
	...{ beside: v.picklist(["same", "differs", "absent"]), current: optional(flag) },
});

const problem = code(["damaged", "newer", "aside"]);
const session = {
	...{ id: text, name: text, command: text, savedAt: text, step: number, screen: text, path: text },
	...{ holder: optional(number), problem: optional(problem) },
};
/** A wizard session that was left. */
export const savedSession = fields(session);

const named = v.pipe(v.record(text, text), v.readonly());
const pins = fields({ keep: texts, keepKinds: listOf(code(groupOrder)), giveUp: listOf(code(softPins)) });
const answers = fields({
	...{ name: text, template: optional(text), parameters: optional(named), unit: optional(text) },
	...{
		notes: optional(listOf(note)),
		application,
		otherProbes: optional(listOf(texts)),
		hostProbes: optional(texts),
		serviceDirectories: optional(texts),
	},
	...{ rules, accepted: optional(texts), dedicatedAccount: optional(text), stateInPlace: optional(flag) },
	...{ isServing: optional(flag), onHost: flag, attach: optional(fields({ pid: number, seconds: optional(number) })) },
	...{ rounds: number, requested: optional(text), minimise: optional(pins) },
});
/** A session that is damaged or open elsewhere cannot be read. */
const read = { answers, paths: nullable(number), entries: nullable(number), rounds: number, same: text };

export const sessions = v.union([
	fields({ sessions: listOf(savedSession) }),
	fields({ session: v.union([savedSession, fields({ ...session, ...read })]) }),
	fields({ id: text, name: text, removed: yes }),
]);

const people = fields({ en: text, de: text });
const parameters = v.pipe(v.record(text, text), v.readonly());
const { calls: _, limits: __, network: ___, timeout: ____, ...varied } = applicationEntries;
const alternative = fields({
	...{ systems: texts, tried: flag, application: optional(fields(someOf(varied))) },
	rules: optional(fields(someOf(ruleEntries))),
});
const parameter = fields({ title: people, kind: v.picklist(parameterKinds), default: optional(text) });
const wholeTemplate = fields({
	...{ schema: v.literal(templateSchema), name: text, title: people, description: people },
	parameters: v.pipe(v.record(text, parameter), v.readonly()),
	...{ application: fields(applicationEntries), rules: fields(ruleEntries) },
	needs: fields({ packages: v.pipe(v.record(text, texts), v.readonly()), programs: texts }),
	...{ alternatives: listOf(alternative), first: listOf(people), notes: listOf(people), documentation: texts },
});

const stored = { name: text, builtIn: flag, accepted: flag, path: text, sha256: text };
const imported = fields({ name: text, sha256: text, imported: flag, changed: flag, path: optional(text) });
const errors = listOf(
	fields({
		...{ code: code(templateProblems), values, path: text, pointer: text },
		...{ line: optional(number), column: optional(number) },
	}),
);

export const template = v.union([
	/** list */
	fields({ templates: listOf(fields({ ...stored, title: people, description: people })) }),
	/** show */
	fields({ ...stored, values: parameters, template: wholeTemplate }),
	/** save */
	fields({ name: text, path: text, values: parameters }),
	/** new */
	fields({ name: text, path }),
	/** check */
	fields({ file: text, valid: yes }),
	fields({ file: text, valid: v.literal(false), errors }),
	/** diff */
	fields({
		...{ name: text, template: text },
		differences: listOf(fields({ pointer: text, before: optional(text), after: optional(text) })),
	}),
	/** import */
	fields({ templates: listOf(imported) }),
	fields({ files: listOf(fields({ file: text, errors })) }),
	/** accept */
	fields({ name: text, sha256: text, accepted: flag }),
	/** export */
	fields({ name: text, path, sha256: text }),
	/** remove */
	fields({ name: text, removed: yes }),
]);
