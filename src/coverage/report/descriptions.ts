import * as v from "valibot";
import {
	code,
	fields,
	flag,
	kinds,
	listOf,
	nullable,
	number,
	optional,
	packageRef,
	path,
	paths,
	text,
} from "../../base/report/descriptions.ts";
import { furtherKinds } from "../../probe/propose.ts";
import { lifecycleStages } from "../coverage.ts";

const group = fields({ reached: number, of: number, untouched: paths });

export const coverage = fields({
	packages: listOf(packageRef),
	programs: group,
	modules: group,
	configuration: group,
	data: group,
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
