import type { Alarm } from "../core/detection/alarm.ts";
import { printable } from "../core/path/quote.ts";
import type { Messages } from "../messages/messages.ts";

export const alarmFormats = ["text", "json", "ecs", "rfc5424"] as const;
export type AlarmFormat = (typeof alarmFormats)[number];

/** One line without its end. */
export function alarmLine(alarm: Alarm, format: AlarmFormat, host: string, messages: Messages): string {
	switch (format) {
		case "text":
			return `${alarm.at} ${messages.alarms.severities[alarm.severity]} ${alarmText(alarm, messages)}`;
		case "json":
			return JSON.stringify({ schema: "cagewright/alarm/1", ...alarm });
		case "ecs":
			return JSON.stringify(alarmToEcs(alarm, host, alarmText(alarm, messages)));
		case "rfc5424":
			return alarmToSyslog(alarm, host, alarmText(alarm, messages));
	}
}

export function alarmText(alarm: Alarm, { alarms, explain }: Messages): string {
	const { call, cage, count, kind, knownBy, pid, result, technique } = alarm;
	const program = printable(alarm.program);
	const text =
		kind === "crash"
			? alarms.crash(cage, program, pid)
			: alarms.call(
					cage,
					program,
					pid,
					call ?? "",
					alarms.results[result],
					technique === undefined ? "" : explain.why[technique],
				);
	return `${text}${count > 1 ? alarms.repeated(count) : ""}${knownBy === "account" ? ` (${alarms.byAccount})` : ""}`;
}

/** Elastic Common Schema 8: event, process, host, rule and threat fields. T1611 is MITRE ATT&CK's "Escape to Host". */
export function alarmToEcs(alarm: Alarm, host: string, message: string): object {
	return {
		"@timestamp": alarm.at,
		ecs: { version: "8.11.0" },
		message,
		event: {
			kind: "alert",
			category: ["intrusion_detection", "process"],
			type: [alarm.result === "refused" ? "denied" : "info"],
			outcome: alarm.result === "refused" ? "failure" : "unknown",
			action: alarm.call ?? alarm.kind,
			module: "cagewright",
			dataset: "cagewright.alarm",
			severity: alarm.severity === "high" ? 73 : 47,
		},
		host: { name: host },
		process: { pid: alarm.pid, executable: printable(alarm.program) },
		...(alarm.uid === undefined ? {} : { user: { id: String(alarm.uid) } }),
		rule: { id: alarm.technique ?? alarm.kind, name: message },
		threat: { framework: "MITRE ATT&CK", technique: { id: ["T1611"], name: ["Escape to Host"] } },
		labels: { cage: alarm.cage, known_by: alarm.knownBy, count: String(alarm.count) },
	};
}

/** RFC 5424 with facility 10 (security); 32473 is the enterprise number that RFC 5612 reserves for examples. */
export function alarmToSyslog(alarm: Alarm, host: string, message: string): string {
	const priority = 10 * 8 + (alarm.severity === "high" ? 1 : 4);
	const value = (text: string | number) =>
		String(text)
			.replace(/[^\x20-\x7e]/g, "?")
			.replace(/["\\\]]/g, "\\$&");
	const data = Object.entries({
		cage: alarm.cage,
		kind: alarm.kind,
		call: alarm.call ?? "",
		technique: alarm.technique ?? "",
		result: alarm.result,
		program: alarm.program,
		pid: alarm.pid,
		count: alarm.count,
	}).map(([name, text]) => ` ${name}="${value(text)}"`);
	return `<${priority}>1 ${alarm.at} ${host} cagewright ${alarm.pid} ALARM [cagewright@32473${data.join("")}] ${message}`;
}
