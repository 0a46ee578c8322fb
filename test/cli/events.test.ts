import { expect, test } from "vitest";
import type { Event } from "../../src/base/engine/events.ts";
import type { Path } from "../../src/base/path/path.ts";
import { eventToJson } from "../../src/cli/events.ts";
import { absent, plan } from "../cage/plans.ts";
import { requireDescribedEvent } from "../system/described.ts";

const odd = "/odd\xff" as Path;
const probe = { command: "true", ok: false, output: "not found", status: 127 };
const operations = { look: 1, read: 1, write: 0, execute: 1, list: 0, enter: 0, create: 0, remove: 0, connect: 0, listen: 1 };
const missing = absent("/etc/app.conf", {
	program: odd,
	private: true,
	remedy: { kind: "path", path: odd, round: 1, call: "openat" },
	importance: { level: "said", line: "no file", before: 1, package: "app" },
});
const group = { reached: 1, of: 2, untouched: [odd] };
const groups = { programs: group, modules: group, configuration: group, data: group };

/** An event of each name, with all of its fields. */
const events: { readonly [Name in Event["event"]]: Omit<Extract<Event, { event: Name }>, "event"> } = {
	"step-started": { step: "trace", onHost: true },
	"step-finished": { step: "trace", seconds: 1 },
	"application-started": { where: "rehearsal", run: 1 },
	"processes-attached": { pid: 7, processes: 2 },
	"application-ended": { status: 0 },
	"output-received": { text: "ready" },
	waited: { seconds: 1, limit: 30, for: "answer", command: "true", said: "" } as Omit<
		Extract<Event, { event: "waited" }>,
		"event"
	>,
	"accesses-counted": { run: 1, counts: { ...operations, paths: 2, missing: 0, newest: [odd] } },
	"processes-seen": {
		processes: {
			living: 1,
			ended: 1,
			rows: [
				{ pid: 2, shownPid: 70, depth: 0, program: odd, uid: 33, account: "www-data", threads: 1 },
				{ pid: 3, shownPid: 71, depth: 1, threads: 0, ended: "exit 1" },
			],
		},
	},
	"coverage-measured": {
		coverage: { packages: [{ name: "app", version: "1" }], groups },
		life: [{ stage: "reload", cameUp: false, by: "SIGHUP" }],
		next: [
			{ kind: "command", command: "true", shows: "head" },
			{ kind: "signal", signal: "SIGHUP" },
			{ kind: "stage", stage: "reload", by: "SIGHUP" },
			{ kind: "modules", directory: odd, paths: [odd], count: 1 },
		],
	},
	"probe-tried": probe,
	"exercise-started": { command: "true" },
	"exercise-run": probe,
	"watch-started": { seconds: 60 },
	"service-stopped": { service: "app.service" },
	"service-started": { service: "app.service" },
	"signal-sent": { signal: "SIGHUP" },
	"plan-made": { plan: plan([]) },
	"file-copied": { path: odd, bytesDone: 1, bytesTotal: 2 },
	"phase-started": { phase: "copying" },
	"generation-built": { generation: 1, unchanged: false },
	"round-started": { round: 1, rounds: 5 },
	"round-finished": { round: 1, missing: [missing], probes: [probe] },
	"search-started": { jobs: 2 },
	"subset-tried": { kept: 1, leftOut: 2, open: 3, trials: 4, estimated: 5, files: 6, bytes: 7, secondsLeft: 8 },
	"selftest-started": {},
	"unit-trial-started": { unit: "cage-app.service" },
	"ways-tried": { launch: 1, launches: 3, tried: 10, ways: 120 },
	"selftest-finished": { tried: 120, escaped: ["climb"], openByDesign: [] },
	"command-started": { number: 1, line: "strace -f app" },
	"command-ended": { number: 1, status: 0 },
	warned: { code: "template-not-unit", values: { template: "app" } },
};

test.each(Object.entries(events))("%s is as its schema describes it", (event, fields) => {
	const json = JSON.parse(JSON.stringify(eventToJson({ event, ...fields } as Event)));
	requireDescribedEvent(json);
	expect(() => requireDescribedEvent({ ...json, undescribed: true })).toThrow("undescribed");
});
