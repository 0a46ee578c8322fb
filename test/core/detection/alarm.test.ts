import { describe, expect, test } from "vitest";
import { type Alarm, AlarmLimiter, quietPeriod, severityOf, techniqueOf } from "../../../src/core/detection/alarm.ts";

const alarm: Alarm = {
	at: "2026-11-27T12:00:00.000Z",
	cage: "web",
	kind: "system-call",
	severity: "high",
	result: "refused",
	call: "mount",
	technique: "file-tree",
	pid: 12,
	uid: 33,
	program: "/usr/sbin/nginx",
	knownBy: "process",
	count: 1,
};

describe("severity", () => {
	test.each([
		["mount", "refused", "high"],
		["ptrace", "refused", "high"],
		["socket", "refused", "medium"],
		["memfd_create", "refused", "medium"],
		["socket", "killed", "high"],
		["999", "refused", "medium"],
	] as const)("of %s, %s, is %s", (call, result, severity) => {
		expect(severityOf({ call, result })).toBe(severity);
	});

	test("comes with the reason that the filter has for the call", () => {
		expect(techniqueOf("setns")).toBe("namespaces");
		expect(techniqueOf("999")).toBeUndefined();
	});
});

describe("the limiter", () => {
	test("lets the first of each kind and cage through and counts the others", () => {
		const limiter = new AlarmLimiter();
		expect(limiter.admit(alarm, 0)).toBe(alarm);
		for (let time = 1; time <= 500; time++) expect(limiter.admit({ ...alarm, pid: time }, time)).toBeUndefined();
		expect(limiter.admit({ ...alarm, call: "setns" }, 501)).toBeDefined();
		expect(limiter.admit({ ...alarm, cage: "redis" }, 501)).toBeDefined();
		const { call: _, ...decoy } = { ...alarm, kind: "decoy", result: "opened" } as const;
		for (const path of ["/.env", "/etc/shadow"]) expect(limiter.admit({ ...decoy, path }, 501)).toBeDefined();
		expect(limiter.admit({ ...decoy, path: "/.env" }, 502)).toBeUndefined();
		expect(limiter.due(501)).toEqual([]);
		expect(limiter.due(quietPeriod)).toEqual([{ ...alarm, pid: 500, count: 500 }]);
	});

	test("is silent again once nothing came for a whole period", () => {
		const limiter = new AlarmLimiter();
		limiter.admit(alarm, 0);
		expect(limiter.due(quietPeriod)).toEqual([]);
		expect(limiter.admit(alarm, quietPeriod + 1)).toBe(alarm);
	});
});
