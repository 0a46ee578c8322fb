import { expect, test } from "vitest";
import { pathFromBytes, pathFromText } from "../../../src/base/path/path.ts";
import { recordToJson } from "../../../src/record/report/json.ts";
import { entry, writable } from "../../cage/plans.ts";
import { made, manifestEntry } from "../../make/report/made.ts";
import { recordProblems } from "./record-schemas.ts";
import { recordFor } from "./records.ts";

const asJson = (...parts: Parameters<typeof recordFor>) =>
	JSON.parse(
		JSON.stringify({ schema: "cagewright/record/1", ...recordToJson({ ...recordFor(...parts), fingerprint: "0".repeat(64) }) }),
	);

test("the schema accepts a complete record and a minimal one of an older version", () => {
	const strange = pathFromBytes(Buffer.from("/etc/\xff", "latin1"));
	const entries = [
		manifestEntry("/usr/bin/app", {
			sha256: "a".repeat(64),
			package: { name: "app", version: "1" },
			origin: pathFromText("/opt/app"),
		}),
		manifestEntry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } }),
		manifestEntry("/", { path: strange, kind: "symlink", target: strange }),
	];
	const at = "2026-01-01T00:00:00.000Z";
	const minimised = { at, probes: 1, exercises: 0, signals: 2, trials: 9, isComplete: true, paths: [pathFromText("/etc/none")] };
	const unneeded = entry("/etc/none", { decision: "declined", reasons: [{ kind: "unneeded", at, probes: 1, exercises: 0 }] });
	const full = asJson(
		{
			entries,
			plan: {
				writable: [writable("/srv")],
				entries: [unneeded],
				declined: [{ path: strange, risk: "secret" }],
				notes: [{ code: "gap-start-up", values: {} }],
			},
			cage: {
				selftest: { at, tried: 3, escaped: [], openByDesign: ["loopback"], findings: [] },
				alarms: { at, generation: 1, filtered: 2, raised: 1, slowest: 0.01, silent: ["io-uring"] },
				minimised,
			},
		},
		[`${at} made {"generation":1}`],
		undefined,
		{
			responsible: { purpose: "mail", initiatedBy: "a", implementedBy: "b", approved: { by: "c", at, generation: 1 } },
			life: [{ stage: "reload", cameUp: false, by: "SIGHUP" }],
			next: [{ kind: "modules", directory: strange, paths: [strange], count: 1 }],
			alarmService: { installed: true, active: false, covers: true },
			watched: { since: at, until: at, seconds: 0, missed: [strange] },
			configuration: [{ path: strange, state: "edited", against: "host", difference: ["@@ -1,1 +1,1 @@", "-a", "+b"] }],
			check: {
				at,
				outdated: true,
				findings: [{ code: "changed", path: strange, severity: "danger", values: {}, accepted: false, known: false }],
				drift: [{ package: "app", from: "1", to: "2", security: true, files: [{ path: strange, change: "changed" }] }],
			},
		},
	);
	expect(recordProblems(full)).toEqual([]);
	expect(full.minimised).toMatchObject({ trials: 9, files: 1, groups: [{ group: "configuration", files: 1 }] });
	const { check: _, evidence: __, ...old } = recordFor();
	expect(
		recordProblems(
			JSON.parse(JSON.stringify({ schema: "cagewright/record/1", ...recordToJson({ ...old, fingerprint: "0".repeat(64) }) })),
		),
	).toEqual([]);
	expect(recordProblems({ ...full, sekret: 1 })).not.toEqual([]);
	expect(recordProblems({ ...full, entries: [{ ...full.entries[0], mode: 493 }] })).not.toEqual([]);
});

test("packages have the URL that scanners look up", () => {
	const { packages } = asJson({ entries: [manifestEntry("/usr/bin/app", { package: { name: "app", version: "1" } })] });
	expect(packages).toEqual([expect.objectContaining({ name: "app", purl: "pkg:deb/debian/app@1?distro=debian-13" })]);
});

test("the record contains no environment value and no password of a command line", () => {
	const application = {
		...made().cage.application,
		command: ["/bin/app", "--password", "hunter2", "--requirepass=hunter2"],
		env: { TOKEN: "hunter2" },
		probes: ["redis-cli -a hunter2 PING", "curl -u me:hunter2 http://me:hunter2@localhost/"],
	};
	const text = JSON.stringify(
		asJson({ cage: { application }, trial: { probes: [{ command: "redis-cli -a hunter2 PING", ok: true }] } }),
	);
	expect(text).not.toContain("hunter2");
	expect(text).toContain("TOKEN");
});
