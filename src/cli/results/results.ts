import type * as v from "valibot";
import { check, list, metrics, remove, rollback, show, stale, update } from "../../upkeep/report/results.ts";
import { recordIndex, recordVerify, recordWritten, sessions, template } from "./documents.ts";
import { event } from "./events.ts";
import { apps, doctor, exported, imported, install, uninstall, unit, watch } from "./host.ts";
import { adopt, make, minimise, release } from "./made.ts";
import { build, diff, explain, plan, run, selftest, signal, trace, trial } from "./making.ts";
import { alarm } from "./parts.ts";

/** The results of `--json`, by the name in `schema`. */
export const results = {
	...{ adopt, apps, build, check, diff, doctor, explain, export: exported, import: imported, install, list, make, metrics },
	...{ minimise, plan, "record-index": recordIndex, "record-verify": recordVerify, "record-written": recordWritten, release },
	...{ remove, rollback, run, selftest, sessions, show, signal, stale, template, trace, trial, uninstall, unit, update, watch },
};

/** Lines that are no result: alarms of `watch`, and events of `--events`. */
export const lines = { alarm, event };

export type EventJson = v.InferOutput<typeof event>;
export type Results = { readonly [Name in keyof typeof results]: v.InferOutput<(typeof results)[Name]> };
