import * as v from "valibot";
import { code, fields, flag, kinds, listOf, number, optional, path, text, texts } from "../../base/report/descriptions.ts";
import { denialConditions, denialReasons, errors } from "../../confine/seccomp/filter.ts";
import { syscallGroups } from "../../confine/seccomp/syscalls.ts";
import { entryKind, reasons, risk, unneeded } from "../../plan/report/descriptions.ts";
import { layers } from "../explain.ts";
import { fileActions, mountKinds } from "../path.ts";

const refusal = { what: text, layers: listOf(code(layers)), option: optional(text), options: optional(texts) };
const refusals = listOf(fields(refusal));

const ofPath = fields({
	subject: v.literal("path"),
	path,
	place: path,
	entry: optional(fields({ kind: entryKind, mode: text, uid: number, gid: number, reasons })),
	absence: optional(
		kinds("kind", [
			fields({ kind: v.literal("declined"), risk: optional(risk) }),
			fields({ kind: v.literal("excluded"), rule: text }),
			unneeded,
			fields({ kind: v.picklist(["kernel", "not-on-host", "not-in-data", "untouched", "new-in-plan"]) }),
		]),
	),
	cover: fields({ mount: code(mountKinds), at: path, access: v.picklist(["ro", "rw"]), executes: flag }),
	may: listOf(v.picklist(fileActions)),
	refusals,
});

const answers = [...Object.keys(errors), "kill"] as (keyof typeof errors | "kill")[];
const denial = fields({ answer: code(answers), why: code(denialReasons), when: optional(code(denialConditions)) });
const group = code(syscallGroups.map(({ name }) => name));

const ofCall = fields({
	subject: v.literal("call"),
	name: text,
	denials: listOf(denial),
	opened: flag,
	refusals,
	permittedBy: optional(
		kinds("rule", [
			fields({ rule: v.picklist(["base", "made", "allowed"]) }),
			fields({ rule: v.literal("group"), group, example: text }),
		]),
	),
});

const ofCapability = fields({ subject: v.literal("capability"), name: text, kept: optional(text), startsAsRoot: flag });

const explain = v.union([
	fields({ name: text, answered: flag, at: optional(text), refusals, declined: listOf(fields({ path, risk })) }),
	fields({ name: text, subject: text, explanations: listOf(kinds("subject", [ofPath, ofCall, ofCapability])) }),
]);

export const results = { explain };
