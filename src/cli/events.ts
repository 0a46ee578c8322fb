import type { Event } from "../base/engine/events.ts";
import type { Values } from "../base/failure.ts";
import { pathToJson } from "../base/path/path.ts";
import { coverageToJson } from "../coverage/report/coverage.ts";
import { missingToJson } from "../plan/report/missing.ts";
import { planTotals } from "../plan/report/plan.ts";
import type { EventJson } from "./results.ts";

/** Like all JSON results: paths as text or base64, sets as lists. Fields may be added, but not removed. */
export function eventToJson(event: Event): EventJson {
	switch (event.event) {
		case "plan-made":
			return { event: event.event, ...planTotals(event.plan) };
		case "accesses-counted":
			return { ...event, counts: { ...event.counts, newest: event.counts.newest.map(pathToJson) } };
		case "processes-seen": {
			const { rows, ...counts } = event.processes;
			const named = rows.map(({ program, shownPid, ...row }) => ({
				...row,
				pid: shownPid,
				program: program === undefined ? null : pathToJson(program),
			}));
			return { event: event.event, ...counts, processes: named };
		}
		case "coverage-measured":
			return { event: event.event, ...coverageToJson(event) };
		case "file-copied":
			return { ...event, path: pathToJson(event.path) };
		case "round-finished":
			return { ...event, missing: event.missing.map(missingToJson) };
		case "warned":
			return { ...event, values: withProblem(event.values) };
		default:
			return event;
	}
}

/** The code of a failure is always in `problem`; some warnings also have it in `cause`. */
function withProblem(values: Values): Values {
	return values.cause === undefined ? values : { problem: values.cause, ...values };
}
