import { describeFilter, type Why } from "../confinement/seccomp.ts";
import type { Denial } from "./denial.ts";

/** `high`: no service has business with it. `medium`: an intruder does it, and so does many a library that can do without. */
export const severities = ["medium", "high"] as const;
export type Severity = (typeof severities)[number];

/** Something in a cage that looks like an attack. */
export interface Alarm {
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly cage: string;
	readonly kind: "system-call" | "crash" | "decoy";
	readonly severity: Severity;
	/** `refused`: by the filter. `killed`: the process ended by it. `opened`: a file that only an intruder opens. */
	readonly result: "refused" | "killed" | "crashed" | "opened";
	/** The system call, for the kind of this name. */
	readonly call?: Denial["call"];
	/** The decoy in the cage, as it is shown. */
	readonly path?: string;
	/** Why the filter denies the call: the kind of escape technique that begins with it. */
	readonly technique?: Why;
	readonly pid: number;
	/** In the host's numbering; absent for a crash. */
	readonly uid?: number;
	/** Empty if the process had ended. */
	readonly program: string;
	/** How the cage is known: by the root of the process, or, because the process had ended, by its account or the opened file alone. */
	readonly knownBy: "process" | "account" | "file";
	/** How many of the same kind came since the last alarm of that kind, this one included. */
	readonly count: number;
}

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
export function techniqueOf(call: Denial["call"]): Why | undefined {
	return everyDenial.find((one) => one.call === call)?.why;
}

const everyDenial = describeFilter({ unixSockets: false, memfd: false });

export function severityOf({ call, result }: Pick<Denial, "call" | "result">): Severity {
	const technique = techniqueOf(call);
	return result === "killed" || (technique !== undefined && !ordinary.has(technique)) ? "high" : "medium";
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
