import * as v from "valibot";
import { code, fields, flag, listOf, number, optional, paths, text, texts, yes } from "../../base/report/descriptions.ts";
import { groupOrder } from "../../plan/groups.ts";
import { restarted } from "../../unit/report/descriptions.ts";
import { pinKinds } from "../pin-kinds.ts";

const sum = { files: number, bytes: number };
const groups = listOf(fields({ ...sum, group: code(groupOrder) }));
const kept = listOf(fields({ why: code([...pinKinds, "tried"]), ...sum }));

export const minimisedCage = fields({
	name: text,
	outcome: v.picklist(["minimised", "unchanged"]),
	from: number,
	to: optional(number),
	answered: optional(flag),
	record: optional(text),
	trials: number,
	seconds: number,
	complete: flag,
	probes: texts,
	exercises: texts,
	signals: texts,
	uncounted: texts,
	before: fields(sum),
	after: fields(sum),
	dropped: fields({ ...sum, groups, packages: listOf(fields({ ...sum, package: optional(text) })), paths }),
	kept,
	...restarted,
});

const minimise = v.union([
	minimisedCage,
	fields({
		dryRun: yes,
		name: text,
		files: number,
		tried: fields({ ...sum, groups }),
		kept,
		probes: texts,
		exercises: texts,
		estimated: number,
	}),
]);

export const results = { minimise };
