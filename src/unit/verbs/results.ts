import * as v from "valibot";
import { fields, flag, listOf, number, optional, text, texts } from "../../base/report/descriptions.ts";
import { unitActions } from "../engine/installed-unit.ts";

const which = { name: text, service: optional(text) };
const done = { path: text, action: v.picklist(unitActions), dryRun: flag, unit: text };
const open = fields({ setting: text, costs: number, for: listOf(fields({ word: text, why: text })) });

const exposure = fields({
	service: optional(text),
	before: optional(number),
	after: number,
	open: listOf(open),
	startsAsRoot: flag,
	forLogs: texts,
});

const unit = v.union([
	fields({ ...which, unit: text }),
	fields({ ...which, ...done, reloaded: flag }),
	fields({ ...which, exposure }),
	fields({ name: text, logrotate: text }),
	fields({ name: text, deployHook: text }),
	/** Of `--logrotate` or `--deploy-hook` with `--install` or `--uninstall`. */
	fields({ name: text, ...done }),
]);

export const results = { unit };
