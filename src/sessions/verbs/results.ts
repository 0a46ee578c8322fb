import * as v from "valibot";
import {
	code,
	fields,
	flag,
	listOf,
	note,
	nullable,
	number,
	optional,
	text,
	texts,
	yes,
} from "../../base/report/descriptions.ts";
import { softPins } from "../../minimise/pin-kinds.ts";
import { groupOrder } from "../../plan/groups.ts";
import { application, rules } from "../../service/report/descriptions.ts";

const problem = code(["damaged", "newer", "aside"]);

const session = {
	id: text,
	name: text,
	command: text,
	savedAt: text,
	step: number,
	screen: text,
	path: text,
	holder: optional(number),
	problem: optional(problem),
};

/** A wizard session that was left. */
export const savedSession = fields(session);
const named = v.pipe(v.record(text, text), v.readonly());
const pins = fields({ keep: texts, keepKinds: listOf(code(groupOrder)), giveUp: listOf(code(softPins)) });

const answers = fields({
	name: text,
	template: optional(text),
	parameters: optional(named),
	unit: optional(text),
	notes: optional(listOf(note)),
	application,
	otherProbes: optional(listOf(texts)),
	hostProbes: optional(texts),
	serviceDirectories: optional(texts),
	rules,
	accepted: optional(texts),
	dedicatedAccount: optional(text),
	stateInPlace: optional(flag),
	isServing: optional(flag),
	onHost: flag,
	attach: optional(fields({ pid: number, seconds: optional(number) })),
	rounds: number,
	requested: optional(text),
	minimise: optional(pins),
});

/** A session that is damaged or open elsewhere cannot be read. */
const read = { answers, paths: nullable(number), entries: nullable(number), rounds: number, same: text };

const sessions = v.union([
	fields({ sessions: listOf(savedSession) }),
	fields({ session: v.union([savedSession, fields({ ...session, ...read })]) }),
	fields({ id: text, name: text, removed: yes }),
]);

export const results = { sessions };
