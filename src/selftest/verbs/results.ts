import * as v from "valibot";
import { code, fields, flag, listOf, number, optional, path, text, texts } from "../../base/report/descriptions.ts";
import { alarmCoverage } from "../../cage/report/descriptions.ts";
import { parts, untriedReasons } from "../foreign.ts";
import { outcomeKinds } from "../outcomes.ts";
import { checkIds, replacingLayers } from "../outside.ts";
import { groups, stoppingLayers } from "../technique.ts";
import { silentReasons } from "../verdict.ts";

const check = fields({ id: code(checkIds), ok: flag, found: texts, instead: optional(code(replacingLayers)) });

const way = {
	id: text,
	group: code(groups),
	detail: text,
	stoppedBy: listOf(code(stoppingLayers)),
	/** Permissions, some with the name of a capability or layer. */
	opens: texts,
};

/** Ids of escape techniques. */
const ids = { escaped: texts, openByDesign: texts };
const alarm = fields({ ...alarmCoverage, reasons: v.pipe(v.record(text, code(silentReasons)), v.readonly()) });

const target = fields({
	kind: v.picklist(["container", "pid", "unit"]),
	name: text,
	pid: number,
	program: text,
	holds: flag,
	network: v.picklist(["host", "own"]),
	tried: number,
	...ids,
	unclear: texts,
	untried: texts,
	notTaken: listOf(code([...parts, "landlock", "mdwe"])),
	capabilities: texts,
	noNewPrivileges: flag,
	filters: number,
	label: text,
	layers: listOf(check),
	ways: listOf(
		fields({ ...way, outcome: code([...outcomeKinds, "untried", "unclear"]), untried: optional(code(untriedReasons)) }),
	),
	control: number,
	seconds: number,
});

const selftest = v.union([
	fields({
		name: text,
		unit: optional(text),
		alarm: optional(alarm),
		holds: flag,
		network: v.picklist(["host", "own", "none"]),
		tried: number,
		...ids,
		findings: listOf(code(checkIds)),
		ways: listOf(fields({ ...way, outcome: code(outcomeKinds) })),
		audit: listOf(check),
		control: fields({ before: number, after: number }),
		seconds: number,
	}),
	/** Of other sandboxes. */
	fields({ holds: flag, targets: listOf(target) }),
	/** Of `--program`. */
	fields({ file: path }),
]);

export const results = { selftest };
