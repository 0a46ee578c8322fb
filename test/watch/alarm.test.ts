import { describe, expect, test } from "vitest";
import { AlarmLimiter, quietPeriod, recentAlarms } from "../../src/watch/alarm.ts";
import { severityOf, whyDenied } from "../../src/watch/denial.ts";
import { alarmOf } from "./report/every-alarm.ts";

const alarm = alarmOf({ call: "mount", why: "file-tree", pid: 12, uid: 33, executable: "/usr/sbin/nginx" });

describe("severity", () => {
	test.each([
		["mount", "refused", "high"],
		["ptrace", "refused", "high"],
		["socket", "refused", "medium"],
		["memfd_create", "refused", "medium"],
		["socket", "killed", "high"],
		["999", "refused", "medium"],
	] as const)("of %s, %s, is %s", (call, result, severity) => expect(severityOf({ call, result })).toBe(severity));

	test("comes with the reason that the filter has for the call", () => {
		expect(whyDenied("setns")).toBe("namespaces");
		expect(whyDenied("999")).toBeUndefined();
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

	test("loses no count if nobody asked in time what is due", () => {
		const limiter = new AlarmLimiter();
		limiter.admit(alarm, 0);
		for (let time = 1; time <= 5; time++) limiter.admit(alarm, time);
		const next = { ...alarm, pid: 13 };
		expect(limiter.admit(next, quietPeriod)).toEqual({ ...next, count: 6 });
		expect(limiter.due(2 * quietPeriod)).toEqual([]);
	});

	test("treats all calls without a name as one kind", () => {
		const limiter = new AlarmLimiter();
		expect(limiter.admit({ ...alarm, call: "9999" }, 0)).toBeDefined();
		expect(limiter.admit({ ...alarm, call: "10000" }, 1)).toBeUndefined();
		expect(limiter.admit({ ...alarm, call: "10000", result: "killed" }, 1)).toBeDefined();
	});

	test("is silent again once nothing came for a whole period", () => {
		const limiter = new AlarmLimiter();
		limiter.admit(alarm, 0);
		expect(limiter.due(quietPeriod)).toEqual([]);
		expect(limiter.admit(alarm, quietPeriod + 1)).toBe(alarm);
	});
});

describe("the alarms of a day", () => {
	const at = (time: string) => ({ ...alarm, time });
	const now = Date.parse("2026-11-28T12:00:00.000Z");

	test("are counted, and the newest is named", () => {
		const alarms = [at("2026-11-28T11:00:00.000Z"), at("2026-11-27T12:00:00.001Z"), at("2026-11-27T11:59:59.000Z")];
		expect(recentAlarms(alarms, now)).toEqual({ lastDay: 2, newest: alarms[0] });
	});

	test("may be none, while the newest is older", () => {
		const old = at("2026-11-20T11:00:00.000Z");
		expect(recentAlarms([old], now)).toEqual({ lastDay: 0, newest: old });
		expect(recentAlarms([], now)).toEqual({ lastDay: 0 });
	});
});
