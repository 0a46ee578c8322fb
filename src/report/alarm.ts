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
	const { call, cage, count, kind, knownBy, path, pid, result, technique } = alarm;
	const program = printable(alarm.program);
	const text =
		kind === "crash"
			? alarms.crash(cage, program, pid)
			: kind === "decoy"
				? alarms.decoy(cage, program, pid, path ?? "")
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

/** MITRE ATT&CK */
const escapeToHost = { id: ["T1611"], name: ["Escape to Host"] };
const credentials = { id: ["T1552"], name: ["Unsecured Credentials"] };

/** Elastic Common Schema 8: event, process, file, host, rule and threat fields. */
export function alarmToEcs(alarm: Alarm, host: string, message: string): object {
	const isDecoy = alarm.kind === "decoy";
	return {
		"@timestamp": alarm.at,
		ecs: { version: "8.11.0" },
		message,
		event: {
			kind: "alert",
			category: ["intrusion_detection", isDecoy ? "file" : "process"],
			type: [isDecoy ? "access" : alarm.result === "refused" ? "denied" : "info"],
			outcome: isDecoy ? "success" : alarm.result === "refused" ? "failure" : "unknown",
			action: alarm.call ?? alarm.kind,
			module: "cagewright",
			dataset: "cagewright.alarm",
			severity: alarm.severity === "high" ? 73 : 47,
		},
		host: { name: host },
		process: { pid: alarm.pid, ...(alarm.program === "" ? {} : { executable: printable(alarm.program) }) },
		...(alarm.path === undefined ? {} : { file: { path: alarm.path } }),
		...(alarm.uid === undefined ? {} : { user: { id: String(alarm.uid) } }),
		rule: { id: alarm.technique ?? alarm.kind, name: message },
		threat: { framework: "MITRE ATT&CK", technique: isDecoy ? credentials : escapeToHost },
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
		...(alarm.path === undefined ? {} : { path: alarm.path }),
		result: alarm.result,
		program: alarm.program,
		pid: alarm.pid,
		count: alarm.count,
	}).map(([name, text]) => ` ${name}="${value(text)}"`);
	return `<${priority}>1 ${alarm.at} ${host} cagewright ${alarm.pid} ALARM [cagewright@32473${data.join("")}] ${message}`;
}
