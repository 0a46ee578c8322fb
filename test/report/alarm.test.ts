import { expect, test } from "vitest";
import type { Alarm } from "../../src/core/detection/alarm.ts";
import { type AlarmFormat, alarmLine, recentAlarmsText } from "../../src/report/alarm.ts";
import { messagesIn } from "../texts.ts";

const decoy: Alarm = {
	time: "2026-11-28T12:00:00.000Z",
	cage: "web",
	kind: "decoy",
	severity: "high",
	result: "opened",
	path: "/root/.ssh/id_ed25519",
	pid: 12,
	uid: 33,
	executable: "/usr/sbin/nginx",
	knownBy: "process",
	count: 1,
};
const { executable: _, ...gone } = decoy;
const ended: Alarm = { ...gone, knownBy: "file" };
const line = (alarm: Alarm, format: AlarmFormat) => alarmLine(alarm, format, "host", messagesIn("en"));

test("an opened decoy is named in every format", () => {
	expect(line(decoy, "text")).toBe(
		"2026-11-28T12:00:00.000Z HIGH web: /usr/sbin/nginx[12] opened the decoy /root/.ssh/id_ed25519",
	);
	expect(line(ended, "text")).toContain("web: process 12, which has ended, opened the decoy");
	const absent = { call: null, why: null, finding: null };
	expect(JSON.parse(line(decoy, "json"))).toEqual({ schema: "cagewright/alarm/1", technique: "T1552", ...absent, ...decoy });
	expect(JSON.parse(line(ended, "json"))).toMatchObject({ pid: 12, executable: null });
	expect(JSON.parse(line(decoy, "ecs"))).toMatchObject({
		event: { kind: "alert", category: ["intrusion_detection", "file"], type: ["access"], outcome: "success", action: "decoy" },
		file: { path: "/root/.ssh/id_ed25519" },
		process: { pid: 12, executable: "/usr/sbin/nginx" },
		threat: { technique: { id: ["T1552"] } },
		labels: { cage: "web" },
	});
	expect(JSON.parse(line(ended, "ecs")).process).toEqual({ pid: 12 });
	expect(line(decoy, "rfc5424")).toMatch(/^<81>1 .* kind="decoy" .*path="\/root\/\.ssh\/id_ed25519" .*result="opened"/);
});

test("changed files are named in every format, without a process", () => {
	const drift: Alarm = {
		time: "2026-11-28T12:00:00.000Z",
		cage: "web",
		kind: "drift",
		severity: "high",
		result: "found",
		finding: "data-setuid",
		values: { mode: "4755" },
		path: "/srv/x",
		knownBy: "file",
		count: 1,
	};
	expect(line(drift, "text")).toContain("HIGH web: /srv/x is setuid (4755), in the application's data: ");
	expect(line(drift, "text")).toMatch(/gets its owner's rights\. To see the fix: cagewright check web$/);
	expect(JSON.parse(line(drift, "json"))).toMatchObject({ kind: "drift", path: "/srv/x", pid: null, uid: null, technique: null });
	const ecs = JSON.parse(line(drift, "ecs"));
	expect(ecs).toMatchObject({ event: { action: "data-setuid" }, file: { path: "/srv/x" } });
	expect(ecs).not.toHaveProperty("process");
	expect(ecs).not.toHaveProperty("threat");
	expect(line(drift, "rfc5424")).toMatch(/ cagewright - ALARM .* kind="drift" .*finding="data-setuid"/);
});

test("the last 24 hours are a line with the newest alarm", () => {
	const messages = messagesIn("en");
	expect(recentAlarmsText({ lastDay: 0 }, messages)).toBeUndefined();
	expect(recentAlarmsText({ lastDay: 3, newest: decoy }, messages)).toBe(
		"3 in the last 24 hours. Newest: 2026-11-28T12:00:00.000Z HIGH web: /usr/sbin/nginx[12] opened the decoy /root/.ssh/id_ed25519",
	);
});
