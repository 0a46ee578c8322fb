import * as v from "valibot";
import {
	acknowledgement,
	changed,
	drift,
	fields,
	flag,
	list,
	missing,
	nullable,
	number,
	optional,
	path,
	paths,
	restarted,
	text,
	texts,
	values,
} from "./parts.ts";

/** A finding with its name for `--accept`. */
const named = { finding: text, acknowledged: nullable(fields(acknowledgement)) };

const finding = fields({
	...named,
	...{ code: text, path, severity: text, accepted: flag, known: flag, values, what: text, close: text },
});

export const checkedCage = fields({
	...{ name: text, generation: optional(number), damage: optional(text), findings: list(finding), outdated: flag },
	/** Processes in an older generation. */
	behind: list(number),
	drift: list(fields({ ...named, ...drift })),
	...{ wouldAdd: paths, wouldDrop: paths, wouldChange: changed, wouldSet: texts, missed: list(missing) },
	...{ open: texts, acknowledged: list(fields({ finding: text, ...acknowledgement })) },
});
export const check = fields({ cages: list(checkedCage) });

const updatePlan = {
	...{ name: text, from: number, drift: list(fields(drift)), added: paths, removed: paths, changed, settings: texts },
	...{ edited: paths, conflicts: paths, missed: list(missing) },
};
export const plannedUpdate = fields({ ...updatePlan, outcome: v.picklist(["planned", "unchanged"]) });
export const updatedCage = fields({
	...{ ...updatePlan, outcome: v.picklist(["updated", "unchanged"]), ...restarted },
	...{ to: optional(number), answered: optional(flag), record: optional(text), escaped: optional(v.literal(true)) },
});
const failedUpdate = fields({ name: text, outcome: v.literal("failed"), problem: text });
export const update = fields({ cages: list(v.union([plannedUpdate, updatedCage, failedUpdate])) });

export const rollback = v.union([
	fields({ dryRun: v.literal(true), name: text, from: number, to: number }),
	fields({ name: text, from: number, to: number, ...restarted }),
]);

/** Names of cages that an upgrade of the host made outdated. */
export const stale = fields({ cages: texts });
/** Of `metrics -o FILE`. */
export const metrics = fields({ file: path, cages: number });
