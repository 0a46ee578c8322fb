import * as v from "valibot";
import { code, fields, note, nullable, number, optional, text, texts, values } from "../../base/report/descriptions.ts";
import { findingCode } from "../../cage/report/descriptions.ts";
import { denialReasons } from "../../confine/seccomp/filter.ts";
import { alarmKinds, alarmResults, landlockReasons, severities } from "../alarm.ts";

/** `cagewright/alarm/1` */
export const alarm = fields({
	schema: v.literal("cagewright/alarm/1"),
	time: text,
	cage: text,
	kind: code(alarmKinds),
	severity: code(severities),
	result: code(alarmResults),
	port: optional(number),
	values: optional(values),
	count: number,
	knownBy: code(["process", "account", "file"]),
	call: nullable(text),
	path: nullable(text),
	pid: nullable(number),
	uid: nullable(number),
	executable: nullable(text),
	/** MITRE ATT&CK */
	technique: nullable(text),
	why: nullable(code([...denialReasons, ...landlockReasons])),
	finding: nullable(findingCode),
	options: nullable(texts),
	advice: text,
});

export const recentAlarms = fields({ lastDay: number, newest: nullable(alarm) });

export const reaction = fields({
	reaction: code(["stop", "freeze", "command"]),
	state: v.picklist(["pending", "failed", "done"]),
	at: text,
	by: nullable(v.picklist(["SIGTERM", "SIGKILL"])),
	processes: nullable(number),
	units: texts,
	problem: nullable(note),
	alarm,
});
