import type * as v from "valibot";
import { results as adopt } from "../adopt/verbs/results.ts";
import { results as check } from "../check/verbs/results.ts";
import { results as explain } from "../explain/verbs/results.ts";
import { results as install } from "../install/verbs/results.ts";
import { results as launch } from "../launch/verbs/results.ts";
import { results as make } from "../make/verbs/results.ts";
import { results as minimise } from "../minimise/verbs/results.ts";
import { results as plan } from "../plan/verbs/results.ts";
import { results as record } from "../record/verbs/results.ts";
import { results as selftest } from "../selftest/verbs/results.ts";
import { results as service } from "../service/verbs/results.ts";
import { results as sessions } from "../sessions/verbs/results.ts";
import { results as template } from "../template/verbs/results.ts";
import { results as trace } from "../trace/verbs/results.ts";
import { results as transfer } from "../transfer/verbs/results.ts";
import { results as unit } from "../unit/verbs/results.ts";
import { results as upkeep } from "../upkeep/verbs/results.ts";
import { alarm } from "../watch/report/descriptions.ts";
import { results as watch } from "../watch/verbs/results.ts";
import { event } from "./event-description.ts";

/** The results of `--json`, by the name in `schema`. The program itself imports only their types. */
export const results = {
	...adopt,
	...check,
	...explain,
	...install,
	...launch,
	...make,
	...minimise,
	...plan,
	...record,
	...selftest,
	...service,
	...sessions,
	...template,
	...trace,
	...transfer,
	...unit,
	...upkeep,
	...watch,
};

/** Lines that are no result: alarms of `watch`, and events of `--events`. */
export const lines = { alarm, event };

export type EventJson = v.InferOutput<typeof event>;
export type Results = { readonly [Name in keyof typeof results]: v.InferOutput<(typeof results)[Name]> };
