import * as v from "valibot";
import { eventPlaces, eventSteps } from "../base/engine/events.ts";
import {
	code,
	fields,
	flag,
	kinds,
	listOf,
	nullable,
	number,
	optional,
	path,
	paths,
	probeOutcome,
	text,
	texts,
	values,
} from "../base/report/descriptions.ts";
import { buildPhases } from "../cage/ports.ts";
import { coverageReport } from "../coverage/report/descriptions.ts";
import { missing, planTotals } from "../plan/report/descriptions.ts";
import { operations } from "../trace/trace.ts";

const named = <const Name extends string, const E extends v.ObjectEntries>(event: Name, entries: E) =>
	fields({ event: v.literal(event), ...entries });

const outcome = probeOutcome.entries;
const step = code(eventSteps);

const processRow = fields({
	pid: number,
	depth: number,
	program: nullable(path),
	uid: optional(number),
	account: optional(text),
	threads: number,
	ended: optional(text),
});

const waited = { seconds: number, limit: number };

/** A line of `--events`: what happened. A later release may add events. */
export const event = kinds("event", [
	named("step-started", { step, onHost: optional(flag) }),
	named("step-finished", { step, seconds: number }),
	named("application-started", { where: code(eventPlaces), run: number }),
	named("processes-attached", { pid: number, processes: number }),
	named("application-ended", { status: number }),
	named("output-received", { text }),
	named("waited", { ...waited, for: v.picklist(["start", "end"]), program: text }),
	named("waited", { ...waited, for: v.literal("answer"), command: text, said: text }),
	named("waited", { ...waited, for: v.literal("exercise"), command: text }),
	named("accesses-counted", {
		run: number,
		counts: fields({ ...v.entriesFromList(operations, number), paths: number, missing: number, newest: paths }),
	}),
	named("processes-seen", { living: number, ended: number, processes: listOf(processRow) }),
	named("coverage-measured", coverageReport),
	named("probe-tried", outcome),
	named("exercise-started", { command: text }),
	named("exercise-run", outcome),
	named("watch-started", { seconds: number }),
	named("service-stopped", { service: text }),
	named("service-started", { service: text }),
	named("signal-sent", { signal: text }),
	named("plan-made", { ...planTotals, declined: number }),
	named("file-copied", { path, bytesDone: number, bytesTotal: number }),
	named("phase-started", { phase: code(buildPhases) }),
	named("generation-built", { generation: number, unchanged: flag }),
	named("round-started", { round: number, rounds: number }),
	named("round-finished", { round: number, missing: listOf(missing), probes: listOf(probeOutcome) }),
	named("search-started", { jobs: number }),
	named("subset-tried", {
		kept: number,
		leftOut: number,
		open: number,
		trials: number,
		estimated: number,
		files: number,
		bytes: number,
		secondsLeft: optional(number),
	}),
	named("selftest-started", {}),
	named("unit-trial-started", { unit: text }),
	named("ways-tried", { launch: number, launches: number, tried: number, ways: number }),
	named("selftest-finished", { tried: number, escaped: texts, openByDesign: texts }),
	named("command-started", { number, line: text }),
	named("command-ended", { number, status: number }),
	named("warned", { code: text, values }),
]);
