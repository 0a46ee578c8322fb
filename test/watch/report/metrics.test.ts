import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { MeasuredCage } from "../../../src/watch/engine/metrics.ts";
import { metricsText } from "../../../src/watch/report/metrics.ts";
import { made } from "../../make/report/made.ts";
import { alarmOf } from "./every-alarm.ts";

const now = Date.parse("2026-01-02T00:00:00.000Z");
const path = pathFromText("/usr/lib/libssl.so.3");
const finding = { code: "changed", path, severity: "danger", values: {}, accepted: false, known: false } as const;
const alarm = alarmOf({ time: "2026-01-01T12:00:00.000Z", cage: "app", call: "pivot_root", count: 3 });
const whole: MeasuredCage = {
	checked: {
		name: "app",
		generation: 4,
		madeAt: "2026-01-01T00:00:00.000Z",
		findings: [finding, { ...finding, severity: "warning", known: true }],
		drift: [{ package: "libssl3", from: "1", to: "2", security: true, files: [{ path, change: "changed" }] }],
		acknowledged: new Map(),
		behind: [4711],
	},
	cage: made({
		cage: {
			template: 'a "name"',
			selftest: { at: "2026-01-01T00:00:00.000Z", tried: 140, escaped: ["mount"], openByDesign: [], findings: [] },
		},
	}).cage,
	alarms: [alarm, { ...alarm, result: "opened", severity: "medium" }, { ...alarm, time: "2025-12-30T00:00:00.000Z" }],
};
const text = metricsText([whole], "1.2.3", now);

test("every fact about a cage is a sample with its name", () => {
	expect(text.split("\n").filter((line) => line && !line.startsWith("#"))).toEqual([
		'cagewright_build_info{version="1.2.3"} 1',
		"cagewright_last_check_timestamp_seconds 1767312000",
		"cagewright_cages 1",
		'cagewright_cage_info{cage="app",generation="4",template="a \\"name\\"",unit=""} 1',
		'cagewright_cage_damaged{cage="app"} 0',
		'cagewright_cage_generation_timestamp_seconds{cage="app"} 1767225600',
		'cagewright_cage_findings{cage="app",severity="danger",state="open"} 1',
		'cagewright_cage_findings{cage="app",severity="danger",state="accepted"} 0',
		'cagewright_cage_findings{cage="app",severity="warning",state="open"} 0',
		'cagewright_cage_findings{cage="app",severity="warning",state="accepted"} 1',
		'cagewright_cage_outdated{cage="app"} 1',
		'cagewright_cage_outdated_files{cage="app"} 1',
		'cagewright_cage_security_updates{cage="app"} 1',
		'cagewright_cage_outdated_processes{cage="app"} 1',
		'cagewright_cage_selftest_timestamp_seconds{cage="app"} 1767225600',
		'cagewright_cage_selftest_techniques{cage="app"} 140',
		'cagewright_cage_selftest_escapes{cage="app"} 1',
		'cagewright_cage_recent_alarms{cage="app",severity="high"} 3',
		'cagewright_cage_recent_alarms{cage="app",severity="medium"} 3',
		'cagewright_cage_recent_denials{cage="app"} 3',
	]);
});

test("a damaged cage has no sample for what is unknown", () => {
	const damage = new Failure("state-damaged", { path: "/cage.json" });
	const checked = { name: "app", findings: [], drift: [], behind: [], acknowledged: new Map(), damage };
	const damaged = metricsText([{ checked, cage: undefined, alarms: [] }], "1.2.3", now);
	expect(damaged).toContain('cagewright_cage_damaged{cage="app"} 1\n');
	expect(damaged).not.toMatch(/selftest|generation_timestamp/);
});

test.each(["alerts.yml", "dashboard.json"])("%s asks only for metrics that exist", (name) => {
	const file = readFileSync(new URL(`../../../packaging/prometheus/${name}`, import.meta.url), "utf8");
	const names = new Set(file.match(/\bcagewright_\w+/g));
	expect(names.size).toBeGreaterThan(5);
	expect([...names].filter((one) => !text.includes(`# TYPE ${one} gauge\n`))).toEqual([]);
});
