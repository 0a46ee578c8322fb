import { expect, test } from "vitest";
import type { Alarm } from "../../../src/watch/alarm.ts";
import { landlockAlarm } from "../../../src/watch/engine/alarms.ts";
import { type AlarmFormat, alarmLine, recentAlarmsText } from "../../../src/watch/report/alarm.ts";
import { requireDescribed } from "../../system/described.ts";
import { messagesIn } from "../../texts.ts";
import { alarmOf, alarmsOfEveryKind } from "./every-alarm.ts";

const opened = { kind: "decoy", result: "opened", path: "/root/.ssh/id_ed25519" } as const;
const decoy = alarmOf({ ...opened, pid: 12, uid: 33, executable: "/usr/sbin/nginx" });
const decoyLine =
	"2026-11-28T12:00:00.000Z HIGH web: /usr/sbin/nginx[12] opened the decoy /root/.ssh/id_ed25519. No option permits it: stop the service and examine it.";
const { executable: _, ...gone } = decoy;
const ended: Alarm = { ...gone, knownBy: "file" };
const line = (alarm: Alarm, format: AlarmFormat) => alarmLine(alarm, format, "host", messagesIn("en"));

test.each(alarmsOfEveryKind)("an alarm of the kind $kind is as its schema describes it", (alarm) => {
	requireDescribed(JSON.parse(line(alarm, "json")));
});

test("an alarm of Landlock has nothing that its schema does not describe", () => {
	const process = { pid: 12, uid: 33, session: 5, name: "nginx", program: "/usr/sbin/nginx" };
	const found = landlockAlarm({ ...process, time: 0, why: "other-port", call: "bind", port: 4444 });
	requireDescribed(JSON.parse(line({ ...found, cage: "web", knownBy: "process", count: 1 }, "json")));
});

test("an opened decoy is named in every format", () => {
	expect(line(decoy, "text")).toBe(decoyLine);
	expect(line(ended, "text")).toContain("web: process 12, which has ended, opened the decoy");
	const advice = { advice: "No option permits it: stop the service and examine it.", options: null };
	const absent = { call: null, why: null, finding: null, ...advice };
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

test.each([
	["an option", { options: ["--allow netlink", "--allow ports"] }, "To permit it: --allow netlink or --allow ports"],
	["nothing that permits it", { options: [] }, "No option permits it: stop the service and examine it."],
	[
		"nothing for a usual call",
		{ options: [], severity: "medium" },
		"No option permits it: find out why the application tries it.",
	],
	["a crash", { kind: "crash", result: "crashed" }, "Find out why: a failed attack may look like this."],
	["an alarm of an older version", {}, "To see what permits it: cagewright explain web"],
] as const)("each alarm ends with what to do: %s", (_, values, advice) => {
	const alarm = alarmOf({ call: "socket", pid: 12, executable: "/usr/bin/x", ...values });
	expect(line(alarm, "text")).toMatch(new RegExp(`[.] ${advice.replace(/[.]/g, "[.]")}$`));
	expect(JSON.parse(line(alarm, "json"))).toMatchObject({ advice, options: alarm.options ?? null });
	expect(line(alarm, "rfc5424")).toContain(` options="${(alarm.options ?? []).join(", ")}"] `);
});

test("changed files are named in every format, without a process", () => {
	const setuid = { finding: "data-setuid", values: { mode: "4755" }, path: "/srv/x" } as const;
	const drift = alarmOf({ kind: "drift", result: "found", ...setuid, knownBy: "file" });
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
	const three = `3 in the last 24 hours. Newest: ${decoyLine}`;
	expect(recentAlarmsText({ lastDay: 3, newest: decoy }, messages)).toBe(three);
});

/**
 * The fields of the Elastic Common Schema 8.11.0 that alarms use, from generated/csv/fields.csv of github.com/elastic/ecs (Apache 2.0). They
 * are the same in 9.4.0.
 */
const fieldsOf = {
	"array of keyword": ["event.category", "event.type", "threat.technique.id", "threat.technique.name"],
	date: ["@timestamp"],
	keyword: [
		"ecs.version",
		"event.kind",
		"event.outcome",
		"event.action",
		"event.module",
		"event.dataset",
		"host.name",
		"process.executable",
		"file.path",
		"user.id",
		"rule.id",
		"rule.name",
		"threat.framework",
	],
	long: ["event.severity", "process.pid"],
	match_only_text: ["message"],
	object: ["labels"],
} as const;
type FieldType = keyof typeof fieldsOf;
const fields = new Map(
	Object.entries(fieldsOf).flatMap(([type, names]) => names.map((name) => [name as string, type as FieldType])),
);
/** Categories with the types that ECS expects for them, also of 8.11.0. */
const eventTypes: Readonly<Record<string, readonly string[]>> = {
	file: ["access", "change", "creation", "deletion", "info"],
	intrusion_detection: ["allowed", "denied", "info"],
	process: ["access", "change", "end", "info", "start"],
};

const isKeyword = (value: unknown) => typeof value === "string" && Buffer.byteLength(value) <= 32_766;
const isOfType: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
	"array of keyword": (value) => Array.isArray(value) && value.length > 0 && value.every(isKeyword),
	date: (value) => typeof value === "string" && new Date(value).toISOString() === value,
	keyword: isKeyword,
	long: Number.isSafeInteger,
	match_only_text: (value) => typeof value === "string",
	// "You should not nest objects" and "all values are stored as keyword": the description of `labels`.
	object: (value) => typeof value === "object" && Object.values(value ?? {}).every(isKeyword),
};

/** Each field of a document by its dotted name. */
function flatten(document: object, prefix = ""): [string, unknown][] {
	return Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
		const name = `${prefix}${key}`;
		return typeof value === "object" && !Array.isArray(value) && !fields.has(name) ? flatten(value, `${name}.`) : [[name, value]];
	});
}

test.each(alarmsOfEveryKind)("$kind: the document has only fields of the Elastic Common Schema, with their types", (alarm) => {
	const document = JSON.parse(alarmLine(alarm, "ecs", "host", messagesIn("en")));
	for (const [name, value] of flatten(document)) {
		const type = fields.get(name);
		expect(type === undefined ? "not in the schema" : isOfType[type](value), name).toBe(true);
	}
	const { category, kind, outcome, type } = document.event;
	expect(kind).toBe("alert");
	expect(["failure", "success", "unknown"]).toContain(outcome);
	for (const one of type) expect(category.some((name: string) => eventTypes[name]?.includes(one))).toBe(true);
});

/** The header and the structured data of RFC 5424, section 6. */
const syslog =
	/^<(1[0-8]\d|19[01]|\d{1,2})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z [\x21-\x7e]{1,255} [\x21-\x7e]{1,48} [\x21-\x7e]{1,128} [\x21-\x7e]{1,32} (\[[^ =\]"]{1,32}( [^ =\]"]{1,32}="([^"\\\]]|\\["\\\]])*")*\])+ [^\n]*$/;

test.each(alarmsOfEveryKind)("$kind: the syslog line has the grammar of RFC 5424, whatever the names contain", (alarm) => {
	expect(alarmLine(alarm, "rfc5424", "host", messagesIn("en"))).toMatch(syslog);
});

test.each(["text", "json", "ecs", "rfc5424"] as const)("as %s, an alarm is one line without control characters", (format) => {
	for (const alarm of alarmsOfEveryKind) {
		const line = alarmLine(alarm, format, "host", messagesIn("en"));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
		expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
	}
});
