import { expect, test } from "vitest";
import type { Alarm } from "../../src/core/detection/alarm.ts";
import { messagesFor } from "../../src/messages/messages.ts";
import { type alarmFormats, alarmLine } from "../../src/report/alarm.ts";

const decoy: Alarm = {
	at: "2026-11-28T12:00:00.000Z",
	cage: "web",
	kind: "decoy",
	severity: "high",
	result: "opened",
	path: "/root/.ssh/id_ed25519",
	pid: 12,
	uid: 33,
	program: "/usr/sbin/nginx",
	knownBy: "process",
	count: 1,
};
const ended: Alarm = { ...decoy, program: "", knownBy: "file" };
const line = (alarm: Alarm, format: (typeof alarmFormats)[number]) => alarmLine(alarm, format, "host", messagesFor("en"));

test("an opened decoy is named in every format", () => {
	expect(line(decoy, "text")).toBe(
		"2026-11-28T12:00:00.000Z HIGH web: /usr/sbin/nginx[12] opened the decoy /root/.ssh/id_ed25519",
	);
	expect(line(ended, "text")).toContain("web: process 12, which has ended, opened the decoy");
	expect(JSON.parse(line(decoy, "json"))).toEqual({ schema: "cagewright/alarm/1", ...decoy });
	expect(JSON.parse(line(decoy, "ecs"))).toMatchObject({
		event: { kind: "alert", category: ["intrusion_detection", "file"], type: ["access"], outcome: "success", action: "decoy" },
		file: { path: "/root/.ssh/id_ed25519" },
		process: { pid: 12, executable: "/usr/sbin/nginx" },
		threat: { technique: { id: ["T1552"] } },
		labels: { cage: "web" },
	});
	expect(JSON.parse(line(ended, "ecs")).process).toEqual({ pid: 12 });
	expect(line(decoy, "rfc5424")).toMatch(/^<81>1 .* kind="decoy" .*path="\/root\/\.ssh\/id_ed25519" result="opened"/);
});
