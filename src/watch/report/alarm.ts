import { printable, printableJson } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { type Alarm, attackTechnique, type LandlockWhy, landlockReasons, type RecentAlarms } from "../alarm.ts";
import type { StoredReaction } from "../reaction.ts";

export type AlarmFormat = "text" | "json" | "ecs" | "rfc5424";

/** One line without its end. */
export function alarmLine(alarm: Alarm, format: AlarmFormat, host: string, messages: Messages): string {
	switch (format) {
		case "text":
			return `${alarm.time} ${messages.alarms.severities[alarm.severity]} ${alarmMessage(alarm, messages)}`;
		case "json":
			return printableJson(alarmToJson(alarm, messages));
		case "ecs":
			return printableJson(alarmToEcs(alarm, host, alarmMessage(alarm, messages)));
		case "rfc5424":
			return alarmToSyslog(alarm, host, alarmMessage(alarm, messages));
	}
}

/** `cagewright/alarm/1`. */
function alarmToJson(all: Alarm, messages: Messages) {
	const { call, executable, finding, options, path, pid, uid, why, ...alarm } = all;
	return {
		schema: "cagewright/alarm/1" as const,
		...alarm,
		call: call ?? null,
		path: path ?? null,
		pid: pid ?? null,
		uid: uid ?? null,
		executable: executable ?? null,
		technique: attackTechnique({ kind: alarm.kind, ...(why ? { why } : {}) })?.id ?? null,
		why: why ?? null,
		finding: finding ?? null,
		options: options ?? null,
		advice: adviceText(all, messages),
	};
}

/** What the administrator can do about an alarm. */
function adviceText({ cage, kind, options, severity }: Alarm, messages: Messages): string {
	const { advice } = messages.alarms;
	if (kind === "crash") return advice.crash;
	if (kind === "drift") return advice.drift(cage);
	if (options?.length) return messages.explain.permits(options.map(printable));
	if (options === undefined && kind !== "decoy") return advice.unknown(cage);
	return severity === "high" ? advice.nothing : advice.nothingUsual;
}

/** The alarm, and what the administrator can do about it. */
export function alarmMessage(alarm: Alarm, messages: Messages): string {
	return `${alarmText(alarm, messages)}. ${adviceText(alarm, messages)}`;
}

function alarmText(alarm: Alarm, messages: Messages): string {
	const { alarms, explain } = messages;
	const { cage, count, knownBy, pid = 0, result, why } = alarm;
	const program = printable(alarm.executable ?? "");
	const technique = (code: NonNullable<Alarm["why"]>) => {
		const text = isLandlocks(code) ? alarms.landlock[code] : explain.why[code];
		const object = alarm.port ?? alarm.path;
		return object === undefined ? text : `${text}: ${printable(String(object))}`;
	};
	const called = () => {
		const text = why === undefined ? "" : technique(why);
		return alarm.call === undefined
			? alarms.unnamed(cage, text)
			: alarms.call({ cage, program, pid, call: alarm.call, result: alarms.results[result], technique: text });
	};
	const texts = {
		crash: () => alarms.crash(cage, program, pid),
		syscall: called,
		file: called,
		network: called,
		decoy: () => alarms.decoy(cage, program, pid, alarm.path ?? ""),
		drift: () =>
			alarms.drift(cage, alarm.path ?? "", alarm.finding ? messages.finding({ ...alarm, code: alarm.finding }).what : ""),
	};
	return `${texts[alarm.kind]()}${count > 1 ? alarms.repeated(count) : ""}${knownBy === "account" ? ` (${alarms.byAccount})` : ""}`;
}

function isLandlocks(why: NonNullable<Alarm["why"]>): why is LandlockWhy {
	return landlockReasons.some((one) => one === why);
}

/** How many there were in the last day, and the last one; undefined if there never was one. */
export function recentAlarmsText({ lastDay, newest }: RecentAlarms, messages: Messages): string | undefined {
	if (!newest) return undefined;
	const { alarms } = messages;
	return alarms.recent(lastDay, `${newest.time} ${alarms.severities[newest.severity]} ${alarmMessage(newest, messages)}`);
}

export function recentAlarmsToJson({ lastDay, newest }: RecentAlarms, messages: Messages) {
	return { lastDay, newest: newest ? alarmToJson(newest, messages) : null };
}

/** Elastic Common Schema 8: event, process, host, rule and threat fields. */
function alarmToEcs(alarm: Alarm, host: string, message: string): object {
	const { executable, pid } = alarm;
	const isDecoy = alarm.kind === "decoy";
	const technique = attackTechnique(alarm);
	return {
		"@timestamp": alarm.time,
		ecs: { version: "8.11.0" },
		message,
		event: {
			kind: "alert",
			category: ["intrusion_detection", alarm.path === undefined ? "process" : "file"],
			type: [isDecoy ? "access" : alarm.result === "refused" ? "denied" : "info"],
			outcome: isDecoy ? "success" : alarm.result === "refused" ? "failure" : "unknown",
			action: alarm.call ?? alarm.finding ?? alarm.kind,
			module: "cagewright",
			dataset: "cagewright.alarm",
			severity: alarm.severity === "high" ? 73 : 47,
		},
		host: { name: host },
		...(pid === undefined
			? {}
			: { process: { pid, ...(executable === undefined ? {} : { executable: printable(executable) }) } }),
		...(alarm.path === undefined ? {} : { file: { path: alarm.path } }),
		...(alarm.uid === undefined ? {} : { user: { id: String(alarm.uid) } }),
		rule: { id: alarm.why ?? alarm.finding ?? alarm.kind, name: message },
		...(technique === undefined
			? {}
			: { threat: { framework: "MITRE ATT&CK", technique: { id: [technique.id], name: [technique.name] } } }),
		labels: { cage: alarm.cage, known_by: alarm.knownBy, count: String(alarm.count) },
	};
}

/** RFC 5424 with facility 10 (security); 32473 is the enterprise number that RFC 5612 reserves for examples. */
function alarmToSyslog(alarm: Alarm, host: string, message: string): string {
	const priority = 10 * 8 + (alarm.severity === "high" ? 1 : 4);
	const value = (text: string | number) =>
		String(text)
			.replace(/[^\x20-\x7e]/g, "?")
			.replace(/["\\\]]/g, "\\$&");
	const { cage, call = "", count, executable = "", finding = "", kind, path = "", pid = "-", result, why = "" } = alarm;
	const options = (alarm.options ?? []).join(", ");
	const data = Object.entries({ cage, kind, call, finding, path, why, result, executable, pid, count, options })
		.map(([name, text]) => ` ${name}="${value(text)}"`)
		.join("");
	return `<${priority}>1 ${alarm.time} ${host} cagewright ${pid} ALARM [cagewright@32473${data}] ${message}`;
}

/** What a reaction did, why, and how to continue. `start` is the command line that starts what `run` started. */
export function reactionText(stored: StoredReaction, start: string, messages: Messages): string {
	const words = messages.alarms.reactions;
	const { alarm, by, processes = 0, problem, reaction, state, units = [] } = stored;
	const why = words.because(alarmText(alarm, messages));
	const name = alarm.cage;
	if (problem) return `${words.failed(name, reaction, messages.failure(problem))} ${why}`;
	if (state === "pending") return `${words.pending(name, reaction)} ${why}`;
	if (reaction === "freeze") return `${words.frozen(name, processes)} ${why}`;
	return `${by ? words.stopped(name, by) : words.ended(name)} ${why} ${words.again(units.length ? `systemctl start ${units.join(" ")}` : start)}`;
}

/** A few words for a table. */
export function reactionState({ reaction, state }: StoredReaction, messages: Messages): string {
	const { inList } = messages.alarms.reactions;
	if (state !== "done") return inList[state](reaction);
	return reaction === "freeze" ? inList.frozen : inList.stopped;
}

export function reactionToJson(stored: StoredReaction, messages: Messages) {
	const { alarm, at, by = null, problem = null, processes = null, reaction, state, units = [] } = stored;
	return { reaction, state, at, by, processes, units, problem, alarm: alarmToJson(alarm, messages) };
}
