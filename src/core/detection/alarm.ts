import type { FindingCode } from "../cage/finding.ts";
import { describeFilter, type Why } from "../confinement/seccomp.ts";
import type { Denial } from "./denial.ts";

/** `high`: no service has business with it. `medium`: an intruder does it, and so does many a library that can do without. */
export const severities = ["medium", "high"] as const;
export type Severity = (typeof severities)[number];

/** Something in a cage that looks like an attack. */
export interface Alarm {
	/** ISO 8601, UTC. */
	readonly time: string;
	readonly cage: string;
	readonly kind: "syscall" | "crash" | "drift";
	readonly severity: Severity;
	/** `refused`: by the filter. `killed`: the process ended by it. `found`: by a check of the cage's files. */
	readonly result: "refused" | "killed" | "crashed" | "found";
	/** The system call; absent for other kinds. */
	readonly call?: Denial["call"];
	/** Why the filter denies the call: the kind of escape technique that begins with it. */
	readonly why?: Why;
	/** What a check found, and where, for reading. */
	readonly finding?: FindingCode;
	readonly path?: string;
	/** Absent for a drift, which has no process. */
	readonly pid?: number;
	/** In the host's numbering; absent for a crash. */
	readonly uid?: number;
	/** For reading: the process chooses it. */
	readonly executable?: string;
	/** How the cage is known: by the root of the process, by its files, or only by its account, because the process had ended. */
	readonly knownBy: "process" | "account" | "files";
	/** How many of the same kind came since the last alarm of that kind, this one included. */
	readonly count: number;
}

/** The alarms of one cage in a day, for an overview. */
export interface RecentAlarms {
	readonly lastDay: number;
	/** The last one, however long ago. */
	readonly newest?: Alarm;
}

const day = 24 * 60 * 60 * 1000;

/** `alarms` in any order; `now` in milliseconds since 1970. */
export function recentAlarms(alarms: readonly Alarm[], now: number): RecentAlarms {
	const sorted = [...alarms].sort((a, b) => (a.time < b.time ? -1 : 1));
	const newest = sorted.at(-1);
	return {
		lastDay: sorted.filter(({ time }) => Date.parse(time) > now - day).length,
		...(newest ? { newest } : {}),
	};
}

/** The MITRE ATT&CK technique "Escape to Host", which refused calls indicate. */
export const escapeToHost = { id: "T1611", name: "Escape to Host" };

/** Refused in ordinary cages as well: libraries ask for them and go on without. */
const ordinary: ReadonlySet<Why> = new Set([
	"unseen-arguments",
	"unjudged",
	"core-handler",
	"socket-families",
	"unix-sockets",
	"code-without-file",
	"writable-code",
	"keyrings",
]);

/** Undefined for a call that no filter of ours denies. */
export function whyDenied(call: Denial["call"]): Why | undefined {
	return everyDenial.find((one) => one.call === call)?.why;
}

const everyDenial = describeFilter({ unixSockets: false, memfd: false });

export function severityOf({ call, result }: Pick<Denial, "call" | "result">): Severity {
	const why = whyDenied(call);
	return result === "killed" || (why !== undefined && !ordinary.has(why)) ? "high" : "medium";
}

/** Milliseconds for which alarms of one kind in one cage are counted after the first one. */
export const quietPeriod = 10_000;

/** Lets the first alarm of each kind through, counts the following ones, and says how many there were when the period is over. */
export class AlarmLimiter {
	readonly #kinds = new Map<string, { until: number; held: number; last: Alarm }>();

	/** The alarm, if it is to be raised now. */
	admit(alarm: Alarm, now: number): Alarm | undefined {
		const key = `${alarm.cage}\0${alarm.kind}\0${alarm.call ?? alarm.path ?? ""}\0${alarm.result}`;
		const kind = this.#kinds.get(key);
		if (kind && now < kind.until) {
			kind.held += alarm.count;
			kind.last = alarm;
			return undefined;
		}
		this.#kinds.set(key, { until: now + quietPeriod, held: 0, last: alarm });
		return alarm;
	}

	/** Alarms that were held back and whose period is over, one of each kind with its count. */
	due(now: number): Alarm[] {
		const due: Alarm[] = [];
		for (const [key, kind] of this.#kinds) {
			if (now < kind.until) continue;
			if (kind.held === 0) this.#kinds.delete(key);
			else {
				due.push({ ...kind.last, count: kind.held });
				kind.until = now + quietPeriod;
				kind.held = 0;
			}
		}
		return due;
	}
}
