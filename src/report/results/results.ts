import type * as v from "valibot";
import { adopt, release } from "./adoption.ts";
import { list } from "./list.ts";
import { make, minimise } from "./made.ts";
import { show } from "./show.ts";
import { check, metrics, rollback, stale, update } from "./upkeep.ts";

/** The results of `--json`, by verb. Those of other verbs have no description yet. */
export const results = { adopt, check, list, make, metrics, minimise, release, rollback, show, stale, update };

export type Results = { readonly [Verb in keyof typeof results]: v.InferOutput<(typeof results)[Verb]> };
export type ResultOf<Verb extends string> = Verb extends keyof Results ? Results[Verb] : object;
